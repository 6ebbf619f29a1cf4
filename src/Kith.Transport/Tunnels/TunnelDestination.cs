using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tunnels;

/// <summary>One endpoint that a tunnel leads to, or is to lead to. For several threads.</summary>
internal sealed class TunnelDestination(Endpoint to, TimeProvider time) : IVirtualPath
{
    private readonly Lock _gate = new(); // guards what follows
    private readonly List<byte[]> _held = [];
    private Tunnel? _tunnel;
    private long _usedAt = time.GetTimestamp();

    /// <summary>Where it leads.</summary>
    public Endpoint To { get; } = to;

    /// <summary>Ends it, and its opening.</summary>
    public CancellationTokenSource Stopping { get; } = new();

    /// <summary>Whether the tunnel is there.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _tunnel is not null;
        }
    }

    /// <summary>How long nothing was sent there.</summary>
    public TimeSpan Unused => time.GetElapsedTime(Interlocked.Read(ref _usedAt));

    public PathKind Kind => PathKind.Tunnel;

    public int MaxDatagram => TunnelLimits.MaxDatagram;

    public string Describe() => $"tunnel to {To}";

    /// <summary>Sends, or keeps for when the tunnel is there; false when there is no room.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        Interlocked.Exchange(ref _usedAt, time.GetTimestamp());
        Tunnel? tunnel;
        lock (_gate)
        {
            tunnel = _tunnel;
            if (tunnel is null)
            {
                if (_held.Count >= TunnelLimits.MaxHeld || datagram.Length > TunnelLimits.MaxDatagram)
                    return false;
                _held.Add(datagram.ToArray());
                return true;
            }
        }

        return tunnel.TrySend(datagram);
    }

    /// <summary>The tunnel is there: what was kept goes first.</summary>
    public void Open(Tunnel tunnel)
    {
        lock (_gate)
        {
            foreach (var datagram in _held)
                tunnel.TrySend(datagram);
            _held.Clear();
            _tunnel = tunnel;
        }
    }
}
