using Kith.Transport;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <content>Sessions as they come, move and go.</content>
public sealed partial class DirectRoute
{
    /// <summary>Takes in a session that neither side began alone, as those that others make; one that there is no room for is closed.</summary>
    public Task TakeInAsync(ISession session) => TryTakeIn(session) ? Task.CompletedTask : session.CloseAsync((SessionErrorCode)PeerErrorCode.Crowded);

    internal bool TryTakeStrangerBundle()
    {
        lock (_gate)
            return _strangerBundles.TryTake();
    }

    /// <summary>The link's stream is there: frames can be sent.</summary>
    internal Task OnLinkReadyAsync(PeerLink link)
    {
        lock (_gate)
        {
            link.IsReady = true;
            // No session for what must go through a relay: the usual one, from somebody who has lost the one before or comes another way.
            if (link is { IsPending: true, IsApart: false, Owner: { } wanted })
                return wanted.Connector.Offer(link.Session) ? Task.CompletedTask : link.Session.CloseAsync();
            return link.Owner is { } owner ? Attach(link, owner) : Task.CompletedTask;
        }
    }

    /// <summary>There is room again. Best effort: delivery tries again by itself after a second.</summary>
    internal void OnLinkRoom(PeerLink link)
    {
        if (link.Owner is { } owner)
            _sink.TryPost(new PeerInput.PeerReady(owner.Account));
    }

    internal Task OnLinkEndedAsync(PeerLink link)
    {
        lock (_gate)
        {
            link.IsReady = false;
            _links.Remove(link.Session);
            if (link.Owner is not { } owner)
                return Task.CompletedTask;
            owner.Ready.Remove(link);
            owner.Choose();
            return owner.AnnounceAsync(_gate, Stopping);
        }
    }

    /// <summary>The session goes another way now.</summary>
    internal void OnLinkMoved(PeerLink link)
    {
        lock (_gate)
        {
            if (link is { Owner: { } owner, IsReady: true })
                Own(owner.AnnounceAsync(_gate, Stopping));
        }
    }

    private async Task AcceptAsync(IListener listener, Admission admission)
    {
        await foreach (var session in listener.Sessions.ReadAllAsync().ConfigureAwait(false))
        {
            if (!TryTakeIn(session, admission))
                await session.CloseAsync((SessionErrorCode)PeerErrorCode.Crowded).ConfigureAwait(false);
        }
    }

    private bool TryTakeIn(ISession session, Admission admission = Admission.All)
    {
        lock (_gate)
        {
            if (_stopped || session.RemoteKey == _local)
                return false;
            if (_byKey.TryGetValue(session.RemoteKey, out var wanted) && MayUse(wanted.Account, session))
            {
                if (session.Path.Kind != PathKind.Relay || wanted.Active is null)
                    return wanted.Connector.Offer(session);
                Start(session, wanted, isPending: true);
                return true;
            }

            if (admission == Admission.Wanted)
                return false;
            MakeRoom();
            // Somebody we do not speak with on such a session may still want something else of this node.
            Start(session, owner: null, isBarred: wanted is not null || !MayUse(peer: null, session), isForPeers: admission == Admission.Requests);
            return true;
        }
    }

    // Under _gate. A newcomer is let in and somebody longer here leaves: a contact-to-be needs a second, who stays needs nothing.
    private void MakeRoom()
    {
        var strangers = _links.Values.Where(link => link.Owner is null && !link.IsLeaving).ToList();
        if (strangers.Count >= PeerProtocol.MaxStrangers)
            Own(StrangerChoice.ToLeave(strangers, link => link.Session.RemoteEndPoint, link => link.Remote.Id).LeaveAsync());
    }

    // Takes every session with a wanted peer, whoever made it.
    private async Task KeepAsync(WantedPeer wanted)
    {
        await foreach (var session in wanted.Connector.Sessions.ReadAllAsync().ConfigureAwait(false))
        {
            lock (_gate)
            {
                if (!MayUse(wanted.Account, session))
                {
                    Own(session.CloseAsync());
                    continue;
                }

                if (!_links.TryGetValue(session, out var link))
                {
                    Start(session, wanted);
                    continue;
                }

                // A stranger that became a contact.
                link.Owner = wanted;
                if (link.IsReady)
                    Own(Attach(link, wanted));
            }
        }
    }

    // Under _gate.
    private void Start(ISession session, WantedPeer? owner, bool isPending = false, bool isApart = false, bool isBarred = false, bool isForPeers = false)
    {
        var link = new PeerLink(this, session, ++_nextId, owner is null, _sink, _time) { Owner = owner, IsPending = isPending, IsApart = isApart, IsBarred = isBarred, IsForPeers = isForPeers };
        _links.Add(session, link);
        Own(RunAsync(link));
    }

    private bool MayUse(AccountId? peer, ISession session) => Allows?.Invoke(peer, session.Carrier) ?? true;

    private static async Task RunAsync(PeerLink link)
    {
        // Not on the caller's stack: it holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using (link)
            await link.RunAsync().ConfigureAwait(false);
    }

    // Under _gate.
    private Task Attach(PeerLink link, WantedPeer owner)
    {
        if (!owner.Ready.Contains(link))
        {
            owner.Ready.Add(link);
            if (WhenInUse is { } attend && !link.IsApart)
                Own(Task.Run(() => attend(link.Session, owner.Addresses)));
        }

        owner.Choose();
        return owner.AnnounceAsync(_gate, Stopping);
    }
}
