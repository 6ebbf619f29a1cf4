using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.Handshake;

/// <summary>Counts a listener's pending handshakes and accepted sessions, in all and by address, and says who may come in. For several threads.</summary>
internal sealed class Admission(int maxPending, int maxPendingPerAddress, int maxSessions, int maxSessionsPerAddress)
{
    private const int PrefixBytes = 8; // an IPv6 /64 is one subscriber (RFC 6177)

    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<IPAddress, (int Pending, int Sessions)> _byAddress = [];
    private int _pending;
    private int _sessions;

    /// <summary>With the limits of <see cref="HandshakeLimits"/>.</summary>
    public Admission()
        : this(HandshakeLimits.MaxPending, HandshakeLimits.MaxPendingPerAddress, HandshakeLimits.MaxSessions, HandshakeLimits.MaxSessionsPerAddress)
    {
    }

    private int MaxSessions { get; } = maxSessions;

    private int MaxSessionsPerAddress { get; } = maxSessionsPerAddress;

    /// <summary>Handshakes under way.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
                return _pending;
        }
    }

    /// <summary>Admits a connection to the handshake; null when too many are under way.</summary>
    public Place? TryEnter(IPAddress address)
    {
        var group = GroupOf(address);
        lock (_gate)
        {
            var (pending, sessions) = _byAddress.GetValueOrDefault(group);
            if (_pending >= maxPending || pending >= maxPendingPerAddress)
                return null;
            _pending++;
            _byAddress[group] = (pending + 1, sessions);
            return new Place(this, group, IPAddress.IsLoopback(address) ? MaxSessions : MaxSessionsPerAddress);
        }
    }

    private static ReadOnlySpan<byte> VirtualPrefix => [1, 0, 0, 0, 0, 0, 0, 0];

    private static IPAddress GroupOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        // Virtual paths (100::/64, RFC 6666) have nothing in common but their form: each is its own.
        if (bytes.AsSpan(0, PrefixBytes).SequenceEqual(VirtualPrefix))
            return address;
        bytes.AsSpan(PrefixBytes).Clear();
        return new IPAddress(bytes);
    }

    private void Add(IPAddress group, int pending, int sessions)
    {
        _pending += pending;
        _sessions += sessions;
        var (oldPending, oldSessions) = _byAddress.GetValueOrDefault(group);
        var now = (oldPending + pending, oldSessions + sessions);
        if (now == (0, 0))
            _byAddress.Remove(group);
        else
            _byAddress[group] = now;
    }

    /// <summary>One connection's place: a handshake first, then maybe a session. Disposing it frees the place.</summary>
    internal sealed class Place(Admission admission, IPAddress group, int most) : IDisposable
    {
        private bool _isSession;
        private bool _isGone;

        /// <summary>
        /// The handshake is done; false when there are as many sessions as may be (the place is then still a handshake's), or when the place was freed already.
        /// </summary>
        public bool TryBecomeSession()
        {
            lock (admission._gate)
            {
                if (_isGone)
                    return false;
                var (_, sessions) = admission._byAddress[group];
                if (admission._sessions >= admission.MaxSessions || sessions >= most)
                    return false;
                _isSession = true;
                admission.Add(group, pending: -1, sessions: 1);
                return true;
            }
        }

        public void Dispose()
        {
            lock (admission._gate)
            {
                if (_isGone)
                    return;
                _isGone = true;
                admission.Add(group, _isSession ? 0 : -1, _isSession ? -1 : 0);
            }
        }
    }
}
