using static Kith.Transport.Udp.LinuxSockets;

namespace Kith.Transport.Udp;

/// <summary>Walks what the system says beside a datagram (cmsg(3)): one message after the other, as far as they are whole.</summary>
internal unsafe ref struct ControlMessages(in MessageHeader message)
{
    private byte* _next = message.Control;
    private long _left = (long)message.ControlSize;
    private ControlHeader* _current;
    private int _length;

    /// <summary>What it says.</summary>
    public readonly ReadOnlySpan<byte> Data => new(_current + 1, _length);

    /// <summary>Goes to the next one; false when there is none, or one that is shorter than its own head.</summary>
    public bool MoveNext()
    {
        if (_left < sizeof(ControlHeader))
            return false;
        _current = (ControlHeader*)_next;
        _length = (int)Math.Min((long)_current->Size, _left) - sizeof(ControlHeader);
        if (_length < 0)
            return false;
        var space = (long)ControlHeader.SpaceOf(_length);
        _next += space;
        _left -= space;
        return true;
    }

    /// <summary>Whether it is of this kind and has at least so many bytes.</summary>
    public readonly bool Is(int level, int type, int size) => _current->Level == level && _current->Type == type && _length >= size;
}
