using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Mailbox.Hosting;
using Kith.Node.Api.Types;
using Kith.Node.Loop;
using Kith.Node.Network;
using Kith.Overlay;
using Kith.Overlay.Reach;
using Kith.Storage.Forwarding;
using Kith.Transport;
using Kith.Transport.Tor;
using Kith.Transport.Udp;

namespace Kith.Node;

/// <content>The overlay and what follows from it: which addresses are said, which relays are agreed to, what is told of the network.</content>
internal sealed partial class NodeCore
{
    /// <summary>How long a new link waits for Tor's directories to know of it.</summary>
    private static readonly TimeSpan LinkPatience = TimeSpan.FromSeconds(15);

    /// <summary>Lets the overlay run beside, once the node works: nobody waits for it.</summary>
    public void StartOverlay(string home, NetworkSetup setup, TextWriter? log)
    {
        if (IsOnion && setup.OnionEntries.Count > 0)
            StartForwardingThroughTor(home, setup, log);
        if (Udp is not { } udp || _udpCarrier is null)
            return;
        OfferTorEntry(OffersTorEntry);
        MayAskMainline = setup.Mainline && !udp.IsLoopbackOnly;
        Interlocked.Exchange(ref _room, setup.Room);
        Drops.Prefer(setup.Holders);
        _overlayStart = Task.Run(() => RunOverlay(home, udp, setup, log));
    }

    /// <summary>Room offered to others from now on, bytes; 0 for none.</summary>
    public void OfferRoom(long bytes)
    {
        Interlocked.Exchange(ref _room, bytes);
        _dropsRun?.Mailbox.Offer(bytes);
    }

    /// <summary>Waits a moment for the first introducer, soon after the start and where one may be needed: what is made for others then bears the way through it.</summary>
    public Task AwaitIntroducerAsync(CancellationToken cancellationToken) =>
        Udp is null or { IsLoopbackOnly: true } ? Task.CompletedTask : Overlay.AwaitIntroducerAsync(cancellationToken);

    /// <summary>Waits a moment until Tor lets in who has a link that was just made, where they come by it alone.</summary>
    public async Task AwaitLinkServiceAsync(CancellationToken cancellationToken)
    {
        if (Tor is not { Person: { } person, State.IsReady: true })
            return;
        // After what the link's making has caused.
        await _loop.CallAsync(_ => true, CallKind.ReadCommitted);
        using var patience = new CancellationTokenSource(LinkPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await person.WaitForLinksAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It opens when Tor has told its directories: who comes earlier tries again.
        }
    }

    /// <summary>What of the overlay works.</summary>
    public IEnumerable<DoctorCheck> ExamineNetwork(NetworkSetup setup)
        => IsOnion ? [OnionDoctor.Examine(setup.OnionEntries.Count, Forwarding.OnionEntries, Forwarding.View)] : [.. OverlayDoctor.Examine(Overlay.View, setup, Udp, UdpFailure, FindProblems()), .. ReachDoctor.Examine(Overlay.View, setup, Relays, Udp, ListensOn443), DropsDoctor.Examine(Drops, Overlay.View), ForwardingDoctor.Examine(Forwarding.View, Privacy.Own == PrivacyLevel.Veiled || Privacy.HasExceptions), .. OffersTorEntry ? [OnionDoctor.Examine(TorEntry())] : Array.Empty<DoctorCheck>()];

    private bool ListensOn443 => _tunnelPort.Listens || _listening.Exists(at => at.Port == TunnelPort.Number);

    private IReadOnlyList<NetworkProblem> FindProblems() => IsOnion ? TorPicture.Problems(Tor) : NetworkProblems.Find(Overlay.View, UdpFailure, ListenPort, MayAskMainline, Relays.MayUse, Overlay.Clocks, Board);

    /// <summary>What the node sees of the network.</summary>
    public Api.Types.Network DrawNetwork()
        => NetworkPicture.Draw(Overlay.View, Addresses, Overlay.View.Reachable, Route.Peers(), Board, FindProblems(), Relays.Draw(Overlay.View), TorPicture.Draw(Tor), NetworkPicture.Forwarding(Forwarding.View), TorPicture.Entries(Forwarding.OnionEntries), _time.GetUtcNow().ToUnixTimeMilliseconds());

    private void RunOverlay(string home, UdpPort udp, NetworkSetup setup, TextWriter? log)
    {
        try
        {
            var run = OverlayRun.Start(home, udp, _nodeIdentity, setup, Overlay, _time, log);
            _overlayRun = run;
            _reach = new ReachCarrier(new UdpReachDialer(_udpCarrier!), run.Overlay, () => OwnAddresses.Networks(udp), _time);
            _reaching!.Attach(_reach);
            if (Privacy.Own == PrivacyLevel.Open)
                RelayCalls.Attach(run.Overlay, _udpCarrier!);
            _loop.TryPost(new TickItem(() =>
            {
                Overlay.Attach(run.Overlay);
                WantRelayed();
            }));
            var room = Room;
            var drops = DropsRun.Start(home, udp, _carriesOverUdp ? _udpCarrier : null, _nodeIdentity, run.Overlay, _takers, Drops, room, neverStraight: () => Privacy.HidesFromHolders, passers: () => Forwarding.Length, _dropGuards, _vault.ForwardingSeal, _time, log);
            _dropsRun = drops;
            // Another may have been offered while it started.
            if (Room != room)
                drops.Mailbox.Offer(Room);
            _loop.TryPost(new TickItem(() => Drops.Attach(drops.Mailbox)));
            StartForwarding(home, udp, run.Overlay, log);
        }
        catch (SocketException e)
        {
            _reaching!.GiveUp();
            UdpFailure = $"The overlay cannot start: {e.Message}";
        }
    }

    private void StartForwarding(string home, UdpPort udp, IOverlay overlay, TextWriter? log)
    {
        _forwardingStore = ForwardingStore.Open(home, _vault.ForwardingSeal);
        var run = ForwardingRun.Start(udp, _carriesOverUdp ? _udpCarrier : null, _identity.StaticKey.PublicKey, _nodeIdentity, Tor, _forwardingStore, overlay, _takers, Forwarding, Forwarding.Saved, _time, log);
        _forwardingRun = run;
        _loop.TryPost(new TickItem(() => Forwarding.Attach(run.Forwarding)));
    }

    private void StartForwardingThroughTor(string home, NetworkSetup setup, TextWriter? log)
    {
        _forwardingStore = ForwardingStore.Open(home, _vault.ForwardingSeal);
        var run = ForwardingRun.StartThroughTor(_identity.StaticKey.PublicKey, _nodeIdentity, Tor, setup.OnionEntries, _forwardingStore, Forwarding, Forwarding.Saved, _time, log);
        _forwardingRun = run;
        _loop.TryPost(new TickItem(() => Forwarding.Attach(run.Forwarding)));
        // Whoever takes people in through Tor serves them drops too, where they offer room.
        var drops = DropsRun.StartThroughTor(
            _nodeIdentity, Tor, () => [.. run.Forwarding.OnionNodes.Select(static node => new OnionPasser(NodeAddress.Onion(OnionAddress.Of(node.At.Key), node.At.Port), node.Key))], Drops, _vault.ForwardingSeal, _time, log);
        _dropsRun = drops;
        _loop.TryPost(new TickItem(() => Drops.Attach(drops.Mailbox)));
    }

    // To contacts inside the ratchet and in links; to whoever may find us, in the overlay.
    private void SayAddresses()
    {
        // Under veiled the addresses lead to a node that nobody can tell to be ours: nobody is told them.
        IReadOnlyList<string> addresses = Privacy.Own != PrivacyLevel.Open
            ? Tor.Person is { } person ? [person.Address.ToString()] : []
            : [.. SaidAddresses.Choose(Addresses, Overlay.View, ListenPort), .. Drops.Preferred.Take(SaidAddresses.MaxHolders).Select(holder => $"{NodeAddress.HoldKind}/{holder}")];
        Messenger.SetOwnAddresses(addresses);
        _effects.After(() => Overlay.Say(addresses));
    }

    private void OnNetworkChanged(IReadOnlyList<string> addresses, IReadOnlySet<IPAddress> own, TimeSpan slept)
    {
        Route.NetworkChanged(own, slept);
        Tor.Retry();
        // Sessions whose path is gone call the other side from where we are now.
        _overlayRun?.Overlay.NetworkChanged();
        _reach?.NetworkChanged();
        // Interfaces of containers and the like come and go without a change for anybody else. After a sleep the same addresses may be those of another network.
        if (slept == default && addresses.SequenceEqual(Addresses, StringComparer.Ordinal))
            return;
        Addresses = addresses;
        _dropsRun?.NetworkChanged();
        _forwardingRun?.Forwarding.NetworkChanged();
        _loop.TryPost(new ActionItem(() =>
        {
            _effects.After(Overlay.NetworkChanged);
            SayAddresses();
        }));
    }

    // What is agreed to holds from this moment on, and what is not ends.
    private void ApplyRelays()
    {
        Overlay.SetRelay(Relays.Agreed);
        RelayCalls.Urge();
        // At the start the node does not listen yet; what is done then is done when it does.
        if (_watch is null)
            return;
        _tunnelPortSet = SetTunnelPortAsync();
        _loop.TryPost(new TickItem(WantRelayed));
    }

    // What was to go by a relay before relays were allowed, or in an earlier run, waits still.
    private void WantRelayed()
    {
        if (Relays.MayUse)
            _relayedWaiting.LookAtAll();
    }

    // A contact is elsewhere: the session with them looks there.
    private void Follow(X25519PublicKey key, IReadOnlyList<string> addresses)
    {
        if (_reach is { } reach)
            _ = reach.SetAddressesAsync(key, [.. addresses.Select(text => NodeAddress.TryParse(text, out var address) ? address : null).OfType<NodeAddress>()]);
    }

    // A session that goes through a relay, or over a network that is left, is found a better way.
    private void Attend(ISession session, IReadOnlyList<NodeAddress> addresses)
    {
        if (_reach is { } reach)
            _ = reach.AttendAsync(session, addresses);
    }

    private void TellNetwork() => Publish(new NodeEvent.NetworkChanged(DrawNetwork()));
}
