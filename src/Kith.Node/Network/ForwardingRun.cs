using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;

namespace Kith.Node.Network;

/// <summary>One run of forwarding, beside the overlay.</summary>
internal sealed class ForwardingRun : IAsyncDisposable
{
    private readonly ForwardingHost _host;

    private ForwardingRun(ForwardingHost host) => _host = host;

    /// <summary>Forwarding.</summary>
    public IForwarding Forwarding => _host;

    /// <summary>Starts it.</summary>
    public static ForwardingRun Start(
        UdpPort port, UdpCarrier? udp, X25519PublicKey person, TransportIdentity identity, NodeTor tor, IForwardingStore store, IOverlay overlay, SessionTakers takers, IForwardingObserver observer, SavedForwarding saved, TimeProvider time, TextWriter? log)
    {
        var parts = new ForwardingParts(
            overlay, () => OwnAddresses.Networks(port), port.Port, new NamelessDialer(udp, identity, time) { Tor = tor.Strangers }, identity.StaticKey, store, takers, observer, SystemRandom.Instance, time)
        {
            Former = person,
            Log = log,
            Saved = saved,
        };
        return new ForwardingRun(ForwardingHost.Start(parts));
    }

    /// <summary>Starts it with every link through Tor.</summary>
    /// <param name="person">The person's own key.</param>
    /// <param name="identity">Who calls; drawn for this run, never the person.</param>
    /// <param name="tor">Tor.</param>
    /// <param name="entries">Where forwarders are found.</param>
    /// <param name="store">Where keys are kept.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="saved">What an earlier run kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where defects are written; null for nowhere.</param>
    public static ForwardingRun StartThroughTor(
        X25519PublicKey person, TransportIdentity identity, NodeTor tor, IReadOnlyList<OnionPoint> entries, IForwardingStore store, IForwardingObserver observer, SavedForwarding saved, TimeProvider time, TextWriter? log)
    {
        var dialer = new NamelessDialer(null, identity, time) { Tor = tor.Strangers, OnionOnly = true };
        var parts = new ForwardingParts(null, static () => OwnNetworks.Unknown, 0, dialer, identity.StaticKey, store, new SessionTakers(), observer, SystemRandom.Instance, time) { OnionEntries = entries, Former = person, Log = log, Saved = saved };
        return new ForwardingRun(ForwardingHost.Start(parts));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
