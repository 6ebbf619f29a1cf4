using Kith.Transport;
using Kith.Transport.Tor;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>Which onion services contacts have given us keys for. A call brings its key along; once nobody names a service any more Tor forgets the key. For the loop.</summary>
internal sealed class ContactOnionKeys(Action<OnionAddress> forget)
{
    private readonly Dictionary<AccountId, OnionAddress[]> _byPeer = [];

    /// <summary>Where a peer is called from now on, text form; nowhere when they are wanted no more.</summary>
    public void Set(AccountId peer, IReadOnlyList<string> addresses)
    {
        OnionAddress[] now = [.. addresses.Select(text => NodeAddress.TryParse(text, out var address) && address!.HasClientKey ? address.Service : null).OfType<OnionAddress>().Distinct()];
        var before = _byPeer.GetValueOrDefault(peer, []);
        if (now.Length > 0)
            _byPeer[peer] = now;
        else
            _byPeer.Remove(peer);
        foreach (var service in before.Except(now).Where(service => !_byPeer.Values.Any(services => services.Contains(service))))
            forget(service);
    }
}
