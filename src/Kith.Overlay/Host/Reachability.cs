using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Host;

/// <summary>
/// Whether nodes that we never sent to can reach us. Behind a NAT that lets only answers in, a node that says it can be asked costs all others a time-out each: it stays
/// read-only (BEP 43) until a datagram has come from an address that it sent nothing to.
/// </summary>
internal sealed class Reachability(OwnNetworks onNetworks)
{
    private OwnNetworks _networks = onNetworks;

    /// <summary>How long a NAT may keep letting an address in after we sent to it, milliseconds (RFC 4787 section 4.3 asks for two minutes at least; five are usual).</summary>
    public const long MappingLifetime = 300_000;

    /// <summary>How long one proof counts.</summary>
    public const long ProofLifetime = 3_600_000;

    /// <summary>Addresses kept in each of two generations. Beyond it nothing counts as a proof until the next generation.</summary>
    public const int MaxSent = 8_192;

    private const int MaxAsked = 8;

    private HashSet<Bits128> _sent = [];
    private HashSet<Bits128> _sentBefore = [];
    private readonly HashSet<Bits128> _asked = [];
    private long _turned = long.MinValue;
    private long _proven = long.MinValue;
    private bool _isIncomplete;
    private bool _wasIncomplete;

    /// <summary>Addresses on the internet that we sent to since we are on these networks; eight at most are counted.</summary>
    public int Asked => _asked.Count;

    /// <summary>The address that others see us at, by vote; null while not known.</summary>
    public Endpoint? Wan { get; set; }

    /// <summary>Whether a firewall before our own address was seen to let in only what answers.</summary>
    public bool IsFiltered { get; set; }

    /// <summary>Whether others see us at an address that is none of ours.</summary>
    public bool IsBehindNat => Wan is { } wan && !_networks.AreLifted(wan) && !_networks.Addresses.Any(own => own.SameAddress(wan));

    /// <summary>Whether somebody whom we had not sent to has reached us lately, or nothing stands between; null while not known.</summary>
    public bool? IsReachable(long now)
    {
        if (IsProven(now))
            return true;
        return Wan is null ? null : !IsBehindNat && !IsFiltered;
    }

    /// <summary>Whether somebody whom we had not sent to has reached us lately.</summary>
    public bool IsProven(long now) => _proven != long.MinValue && now - _proven < ProofLifetime;

    /// <summary>We are on other networks: what was proven on the old ones counts no more.</summary>
    public void ChangeNetworks(OwnNetworks networks)
    {
        _networks = networks;
        _proven = long.MinValue;
        _asked.Clear();
        (Wan, IsFiltered) = (null, false);
    }

    /// <summary>We send to an address.</summary>
    public void Sent(long now, Endpoint to)
    {
        if (_asked.Count < MaxAsked && AddressScope.KindOf(to) is AddressKind.Global or AddressKind.Documentation)
            _asked.Add(AddressOf(to));
        Turn(now);
        if (_sent.Count < MaxSent)
            _sent.Add(AddressOf(to));
        else
            _isIncomplete = true;
    }

    /// <summary>Something that an honest node would send came from an address.</summary>
    public void Received(long now, Endpoint from)
    {
        Turn(now);
        // Neighbours reach us past any NAT, and prove nothing.
        if (_isIncomplete || _wasIncomplete || _networks.AreLifted(from) || UdpPort.IsVirtual(from))
            return;
        var address = AddressOf(from);
        if (!_sent.Contains(address) && !_sentBefore.Contains(address))
            _proven = now;
    }

    private void Turn(long now)
    {
        if (_turned != long.MinValue && now - _turned < MappingLifetime)
            return;
        (_sentBefore, _sent) = (_sent, _sentBefore);
        _sent.Clear();
        // Nothing is known of the time before our own start: a mapping may be left from the last run.
        _wasIncomplete = _isIncomplete || _turned == long.MinValue;
        _isIncomplete = false;
        _turned = now;
    }

    private static Bits128 AddressOf(Endpoint endpoint) => new(endpoint.High, endpoint.Low);
}
