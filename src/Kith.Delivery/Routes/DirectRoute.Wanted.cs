using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <content>Who is called, and where.</content>
public sealed partial class DirectRoute
{
    /// <summary>Keeps a session to a peer from now on, or changes where it may be. A transport key belongs to one peer: a second one with it is not called.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="key">Its device's transport key.</param>
    /// <param name="addresses">Where it may be, text form, the most likely first; what cannot be read is left out.</param>
    public void Want(AccountId peer, X25519PublicKey key, IReadOnlyList<string> addresses)
    {
        NodeAddress[] parsed = [.. addresses.Select(text => NodeAddress.TryParse(text, out var address) ? address : null).OfType<NodeAddress>()];
        WantedPeer? wanted;
        lock (_gate)
        {
            if (_stopped || key == _local)
                return;
            if (_wanted.TryGetValue(peer, out wanted) && wanted.Connector.Peer != key)
            {
                Remove(wanted);
                wanted = null;
            }

            if (wanted is null)
            {
                if (_byKey.ContainsKey(key))
                    return;
                wanted = new WantedPeer(peer, new PeerConnector(_local, key, _carriers, _time, _random), _sink);
                _wanted.Add(peer, wanted);
                _byKey.Add(key, wanted);
                Own(KeepAsync(wanted));
                foreach (var link in _links.Values.Where(link => link is { Owner: null, IsBarred: false } && link.Session.RemoteKey == key && MayUse(peer, link.Session)))
                {
                    link.Promote();
                    wanted.Connector.Offer(link.Session);
                }
            }
        }

        wanted.Addresses = parsed;
        wanted.Connector.SetAddresses(parsed);
    }

    /// <summary>Closes the sessions with a peer and makes none any more.</summary>
    public void Unwant(AccountId peer)
    {
        lock (_gate)
        {
            if (_wanted.TryGetValue(peer, out var wanted))
                Remove(wanted);
        }
    }

    /// <summary>What <see cref="Allows"/> says may have changed: sessions that must not be used any more end at once.</summary>
    public void Review()
    {
        PeerLink[] barred;
        lock (_gate)
        {
            barred = [.. _links.Values.Where(link => !link.IsBarred && !MayUse(link.Owner?.Account, link.Session))];
            foreach (var link in barred)
            {
                // No word more on it, whatever is under way.
                link.IsBarred = true;
                Own(link.Session.CloseAsync());
            }
        }
    }

    /// <summary>Calls those who are not connected at once: the network is back, or the user is waiting.</summary>
    public void Nudge()
    {
        lock (_gate)
        {
            foreach (var wanted in _wanted.Values.Where(wanted => wanted.Active is null))
                wanted.Connector.Nudge();
        }
    }

    /// <summary>As <see cref="Nudge()"/>, and breaks off what is under way: there are ways that were not there when it began.</summary>
    public void CallAnew()
    {
        lock (_gate)
        {
            foreach (var wanted in _wanted.Values.Where(wanted => wanted.Active is null))
                wanted.Connector.CallAnew();
        }
    }

    /// <summary>Calls one peer at once, if it is not connected.</summary>
    public void Nudge(AccountId peer)
    {
        lock (_gate)
        {
            if (_wanted.TryGetValue(peer, out var wanted) && wanted.Active is null)
                wanted.Connector.Nudge();
        }
    }

    /// <summary>This machine's addresses have changed: sessions that cannot do without one that is gone end at once, the others look for their way, and everybody without one is called.</summary>
    /// <param name="own">All addresses that this machine has now.</param>
    /// <param name="slept">How long the machine slept before, if it did: nobody waits longer for a session than it may be silent.</param>
    public void NetworkChanged(IReadOnlySet<IPAddress> own, TimeSpan slept = default)
    {
        ISession[] sessions;
        lock (_gate)
            sessions = [.. _links.Keys];
        // Outside of the lock: a session does it at once, and may tell us of what follows.
        foreach (var session in sessions)
        {
            if (session is IUdpSession udp)
                udp.NetworkChanged();
            else if (slept >= SessionLimits.DeadAfter || (session.LocalAddress is { IsIPv6LinkLocal: false } local && !own.Contains(local)))
                session.Abandon();
        }

        Nudge();
    }

    /// <summary>The key of a wanted peer and where it may be; null when it is not wanted.</summary>
    public (X25519PublicKey Key, IReadOnlyList<NodeAddress> Addresses)? WhereIs(AccountId peer)
    {
        lock (_gate)
            return _wanted.GetValueOrDefault(peer) is { } wanted ? (wanted.Connector.Peer, wanted.Addresses) : null;
    }

    /// <summary>Why the last call to a peer came to nothing, for <c>kith doctor</c>; null when it did not, or the peer is not wanted.</summary>
    public SessionException? LastFailureOf(AccountId peer)
    {
        lock (_gate)
            return _wanted.GetValueOrDefault(peer)?.Connector.LastFailure;
    }

    // Under _gate. Its sessions end, each link tells so, and the last one that nobody is there.
    private void Remove(WantedPeer wanted)
    {
        _wanted.Remove(wanted.Account);
        _byKey.Remove(wanted.Connector.Peer);
        Own(wanted.Connector.DisposeAsync().AsTask());
    }
}
