using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay;

/// <summary>
/// The networks that this node is on, by the addresses it is bound to (those of every interface when it listens on all), and whom it may send to for that: the rule of
/// <see cref="AddressScope"/> seen from one node. Does not change: another network is another object.
/// </summary>
public sealed class OwnNetworks
{
    /// <summary>Own addresses that are looked at; more are left out.</summary>
    public const int MaxAddresses = 64;

    private readonly Endpoint[] _addresses;
    private readonly bool _onlyLoopback;

    /// <summary>Those of a node that has these addresses; ports do not matter.</summary>
    public OwnNetworks(IEnumerable<Endpoint> addresses)
    {
        _addresses = [.. addresses.Take(MaxAddresses)];
        _onlyLoopback = _addresses.Length > 0 && Array.TrueForAll(_addresses, one => AddressScope.KindOf(one) == AddressKind.Loopback);
    }

    /// <summary>No own address is known: nothing but the internet.</summary>
    public static OwnNetworks Unknown { get; } = new([]);

    /// <summary>This machine alone, of both families.</summary>
    public static OwnNetworks Loopback { get; } = new([Endpoint.FromIPv4(0x7F00_0001, 0), Endpoint.FromIPv6(0, 1, 0)]);

    /// <summary>Whether this node is on loopback only: nothing may leave the machine.</summary>
    public bool IsLoopbackOnly => _onlyLoopback;

    /// <summary>The own addresses.</summary>
    public IReadOnlyList<Endpoint> Addresses => _addresses;

    /// <summary>Whether the rules (prefixes, private addresses, BEP 42) are lifted between us and this node: it is on loopback or on one private network with us.</summary>
    public bool AreLifted(Endpoint other)
    {
        foreach (var own in _addresses)
        {
            if (AddressScope.AreTogether(own, other))
                return true;
        }

        return false;
    }

    /// <summary>Whether there is an own address of this one's family, so that something sent there may arrive; true where none is known.</summary>
    public bool HasFamilyOf(Endpoint other) => _addresses.Length == 0 || Array.Exists(_addresses, own => own.IsIPv4 == other.IsIPv4 && (_onlyLoopback || AddressScope.KindOf(own) != AddressKind.Loopback));

    /// <summary>
    /// Whether a node can be on one link with us, as far as addresses tell: one of those that the rules are lifted for, or one in the prefix of an own address. What came to a group of the local
    /// network from anywhere else has a false address.
    /// </summary>
    public bool MayBeOnLink(Endpoint other)
    {
        if (AreLifted(other))
            return true;
        var prefix = AddressPrefix.Of(other);
        foreach (var own in _addresses)
        {
            if (AddressPrefix.Of(own) == prefix)
                return true;
        }

        return false;
    }

    /// <summary>Whether we may send to an address at all: one of the internet, or one on a network that we are on; never to a group, to nobody or to port 0.</summary>
    public bool MayContact(Endpoint other)
    {
        if (other.Port == 0)
            return false;
        var kind = AddressScope.KindOf(other);
        if (kind is AddressKind.Global or AddressKind.Documentation)
            return !_onlyLoopback;
        if (kind is AddressKind.Unspecified or AddressKind.Multicast or AddressKind.Reserved)
            return false;
        foreach (var own in _addresses)
        {
            if (AddressScope.IsOneNetwork(kind, own, other))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Whether we may answer there: wherever we may send at all, and by a virtual path of our port, which is ours. Nobody else can know such an endpoint: it is never followed, named to others or kept as a
    /// node's.
    /// </summary>
    public bool MayAnswer(Endpoint from) => UdpPort.IsVirtual(from) || MayContact(from);

    /// <summary>
    /// Whether we may send to an address because a node named it: as <see cref="MayContact"/>, and an address that is not of the internet only when the node that named it is itself
    /// on that very network. Else anybody on the internet could aim us at a service of this machine or of the house.
    /// </summary>
    /// <param name="by">Where the node that named it is.</param>
    /// <param name="named">The address.</param>
    public bool MayFollow(Endpoint by, Endpoint named)
    {
        if (!MayContact(named))
            return false;
        var kind = AddressScope.KindOf(named);
        return kind is AddressKind.Global or AddressKind.Documentation || AddressScope.IsOneNetwork(kind, by, named);
    }
}
