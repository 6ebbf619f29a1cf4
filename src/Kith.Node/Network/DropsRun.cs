using Kith.Crypto;
using Kith.Delivery.Privacy;
using Kith.Mailbox;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Repair;
using Kith.Overlay;
using Kith.Storage.Drops;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;

namespace Kith.Node.Network;

/// <summary>One run of the mailbox, beside the overlay.</summary>
internal sealed class DropsRun : IAsyncDisposable
{
    private readonly MailboxHost _host;

    private DropsRun(MailboxHost host) => _host = host;

    /// <summary>The mailbox.</summary>
    public IMailbox Mailbox => _host;

    /// <summary>Starts it; from here on others may keep things here, if they find us.</summary>
    public static DropsRun Start(string home, UdpPort port, UdpCarrier? udp, TransportIdentity identity, IOverlay overlay, SessionTakers takers, IMailboxObserver observer, long room, Func<bool> neverStraight, Func<int> passers, DropGuards guards, SecretBytes orderKey, TimeProvider time, TextWriter? log)
    {
        var dialer = new NamelessDialer(udp, identity, time);
        var parts = new MailboxParts(overlay, () => OwnAddresses.Networks(port), port.Port, dialer, (finder, calls) => Keep(home, identity, finder, calls), takers, observer, SystemRandom.Instance, time) { Key = identity.StaticKey, NeverStraight = neverStraight, Passers = passers, Guards = guards.Saved, Order = () => PassOrderSecret.At(orderKey, (byte)guards.Level, time.GetUtcNow()), Log = log };
        return new DropsRun(MailboxHost.Start(parts, room));
    }

    /// <summary>Starts it for somebody who calls onion addresses alone: nothing is kept here for others.</summary>
    /// <param name="identity">Who calls; drawn for this run, never the person.</param>
    /// <param name="tor">Tor.</param>
    /// <param name="passers">Those who let strangers in at onion addresses.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="orderKey">What the order of those who pass on is drawn from.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where defects are written; null for nowhere.</param>
    public static DropsRun StartThroughTor(
        TransportIdentity identity, NodeTor tor, Func<IReadOnlyList<OnionPasser>> passers, IMailboxObserver observer, SecretBytes orderKey, TimeProvider time, TextWriter? log)
    {
        var dialer = new NamelessDialer(null, identity, time) { Tor = tor.Strangers, OnionOnly = true };
        var parts = new MailboxParts(null, static () => OwnNetworks.Unknown, 0, dialer, null, new SessionTakers(), observer, SystemRandom.Instance, time)
        {
            Onions = passers,
            Order = () => PassOrderSecret.At(orderKey, (byte)PrivacyLevel.Onion, time.GetUtcNow()),
            Log = log,
        };
        return new DropsRun(MailboxHost.Start(parts, room: 0));
    }

    // What is wrong with the file is said by the holding itself: nothing of it stops the node.
    private static RepairedHolding Keep(string home, TransportIdentity identity, IHolderFinder finder, IHolderCalls calls)
    {
        var store = DropStore.Open(home);
        var repair = new RepairCore(store, finder, calls, SystemRandom.Instance);
        return new RepairedHolding(new HolderCore(store, identity.StaticKey.PublicKey, SystemRandom.Instance, repair), repair, store);
    }

    /// <summary>The overlay sees something else.</summary>
    public void OverlayChanged() => _host.OverlayChanged();

    /// <summary>Who may see us, or through how many others what is about our boxes goes, is something else.</summary>
    public void HidingChanged() => _host.HidingChanged();

    /// <summary>The network is another one.</summary>
    public void NetworkChanged() => _host.NetworkChanged();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
