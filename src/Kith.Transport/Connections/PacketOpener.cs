using Kith.Crypto;

namespace Kith.Transport.Connections;

/// <summary>
/// Opens what the other side sent, in place. Exactly one key is tried on a packet: the current one; or, when the phase bit differs, the last one for
/// a number from before the turn and the next one for another (RFC 9001 sections 6.3 to 6.5), so what a forger sends costs one attempt.
/// </summary>
internal sealed class PacketOpener : IDisposable
{
    private readonly PacketSecrets _secrets; // one phase ahead of what is in use: RFC 9001 section 6.3 has the next key ready
    private ChaCha20Poly1305Key _current;
    private ChaCha20Poly1305Key? _last;
    private bool _phase;
    private long _firstOfPhase; // lowest number seen under the current key

    public PacketOpener(PacketSecrets secrets)
    {
        _secrets = secrets;
        _current = secrets.Update();
    }

    /// <summary>How often the other side has turned the phase.</summary>
    public long Generation { get; private set; }

    /// <summary>The largest number of an authentic packet; -1 before the first.</summary>
    public long LargestNumber { get; private set; } = -1;

    /// <summary>Packets that were not authentic.</summary>
    public long Forged { get; private set; }

    /// <summary>Whether the last phase's key is still there.</summary>
    public bool HasLastKey => _last is not null;

    /// <summary>
    /// Opens a whole packet in place; false when it is none of the other side's. <paramref name="reservedBits"/> says that the protected zero bits
    /// were not zero: known only of an authentic packet (RFC 9000 section 17.3.1).
    /// </summary>
    public bool TryOpen(Span<byte> packet, out long number, out Span<byte> plaintext, out bool reservedBits)
    {
        number = -1;
        plaintext = default;
        reservedBits = false;
        if (packet.Length < ShortHeader.MinPacket)
            return false;
        Span<byte> mask = stackalloc byte[ChaCha20HeaderMask.Size];
        ChaCha20HeaderMask.Compute(_secrets.HeaderKey.Value, packet.Slice(ShortHeader.SampleAt, ChaCha20HeaderMask.SampleSize), mask);
        packet[0] ^= (byte)(mask[0] & ShortHeader.ProtectedBits);
        var numberSize = (packet[0] & ShortHeader.NumberSizeBits) + 1;
        uint truncated = 0;
        for (var i = 0; i < numberSize; i++)
            truncated = (truncated << 8) | (packet[ShortHeader.NumberAt + i] ^= mask[1 + i]);
        number = ShortHeader.ExpandNumber(LargestNumber, truncated, numberSize);
        var phase = (packet[0] & ShortHeader.PhaseBit) != 0;
        var isNext = phase != _phase && !(_last is not null && number < _firstOfPhase);
        var key = phase == _phase ? _current : isNext ? _secrets.Key : _last!;

        var headerSize = ShortHeader.NumberAt + numberSize;
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce((ulong)number, nonce);
        plaintext = packet[headerSize..^ConnectionLimits.TagSize];
        if (!key.TryOpen(nonce, packet[..headerSize], packet[headerSize..], plaintext))
        {
            Forged++;
            return false;
        }

        if (isNext)
            Turn(number);
        else if (phase == _phase && number < _firstOfPhase)
            _firstOfPhase = number;
        LargestNumber = Math.Max(LargestNumber, number);
        reservedBits = (packet[0] & ShortHeader.ReservedBits) != 0;
        return true;
    }

    /// <summary>Forgets the last phase's key: what was sealed under it has arrived or is lost.</summary>
    public void DropLastKey()
    {
        _last?.Dispose();
        _last = null;
    }

    public void Dispose()
    {
        _secrets.Dispose();
        _current.Dispose();
        _last?.Dispose();
    }

    private void Turn(long number)
    {
        DropLastKey();
        _last = _current;
        _current = _secrets.Update();
        _phase = !_phase;
        _firstOfPhase = number;
        Generation++;
    }
}
