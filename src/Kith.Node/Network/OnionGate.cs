using Kith.Crypto;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>One onion service and whom it is to let in: more at once, fewer when it is said that it is time.</summary>
internal sealed class OnionGate(OnionService service)
{
    // Null: closed. Empty: everybody.
    private HashSet<X25519PublicKey>? _wanted;
    private HashSet<X25519PublicKey>? _told;

    /// <summary>The service, closed at first.</summary>
    public OnionService Service => service;

    /// <summary>Whether somebody is let in who is not to be.</summary>
    public bool IsToRemove => !IsSame(_told, _wanted);

    /// <summary>Whom it is to let in; nobody in the list is everybody, and null closes it.</summary>
    public void Want(IReadOnlyCollection<X25519PublicKey>? clients)
    {
        _wanted = clients?.ToHashSet();
        Tell(Widest(_told, _wanted));
    }

    /// <summary>Who is not to get in does not any more.</summary>
    public void Remove() => Tell(_wanted);

    private void Tell(HashSet<X25519PublicKey>? clients)
    {
        if (IsSame(clients, _told))
            return;
        _told = clients;
        service.SetClients(clients);
    }

    private static HashSet<X25519PublicKey>? Widest(HashSet<X25519PublicKey>? told, HashSet<X25519PublicKey>? wanted)
    {
        if (told is null || wanted is null)
            return told ?? wanted;
        if (told.Count == 0 || wanted.Count == 0)
            return [];
        var both = told.Union(wanted).ToHashSet();
        // Those who are to get in come first.
        return both.Count <= TorLimits.MaxClients ? both : wanted;
    }

    private static bool IsSame(HashSet<X25519PublicKey>? one, HashSet<X25519PublicKey>? other) => one is null || other is null ? one == other : one.SetEquals(other);
}
