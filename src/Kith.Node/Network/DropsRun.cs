using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Hosting;
using Kith.Overlay;
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
    public static DropsRun Start(string home, UdpPort port, UdpCarrier? udp, TransportIdentity identity, IOverlay overlay, SessionTakers takers, IMailboxObserver observer, long room, TimeProvider time, TextWriter? log)
    {
        var dialer = new NamelessDialer(udp, identity, time);
        var parts = new MailboxParts(overlay, () => OwnAddresses.Networks(port), port.Port, dialer, Holding: null, takers, observer, SystemRandom.Instance, time) { Log = log };
        return new DropsRun(MailboxHost.Start(parts, room));
    }

    /// <summary>The overlay sees something else.</summary>
    public void OverlayChanged() => _host.OverlayChanged();

    /// <summary>The network is another one.</summary>
    public void NetworkChanged() => _host.NetworkChanged();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
