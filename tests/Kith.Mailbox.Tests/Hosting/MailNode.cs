using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>A real node on 127.0.0.1 with an overlay and a mailbox, as a person's has them.</summary>
internal sealed class MailNode : IOverlayObserver, IMailboxObserver, IAsyncDisposable
{
    private readonly X25519PrivateKey _key;
    private readonly UdpPort _port;
    private readonly UdpCarrier _carrier;
    private readonly SessionTakers _takers = new();
    private readonly IListener _listener;
    private readonly Task _accepting;
    private readonly OverlayHost _overlay;
    private readonly MailboxHost _mailbox;
    private readonly Channel<(WritableBox Box, IReadOnlyList<MessageId> Ids, string? Why)> _outcomes = Channel.CreateUnbounded<(WritableBox, IReadOnlyList<MessageId>, string?)>();
    private readonly Channel<ArrivedEnvelope> _arrived = Channel.CreateUnbounded<ArrivedEnvelope>();
    private volatile bool _isVeiled;
    private bool _isGone;

    private MailNode(UdpPort port, UdpCarrier carrier, IListener listener, TransportIdentity identity, Endpoint? entry, long room, Func<X25519PublicKey, IHolderFinder, IHolderCalls, IHolding> holding, TimeProvider time, bool isVeiled, Func<IReadOnlyList<OnionPasser>>? onions)
    {
        (_port, _carrier, _listener, _key, _isVeiled) = (port, carrier, listener, identity.StaticKey, isVeiled);
        _accepting = AcceptAsync();
        var options = new OverlayOptions { LocalNetwork = false, Mainline = false, Log = Console.Error, EntryPoints = entry is { } at ? [at.ToString()] : [] };
        _overlay = OverlayHost.Start(port, options, this, SystemRandom.Instance, TimeProvider.System);
        port.Start();
        var parts = new MailboxParts(
            onions is null ? _overlay : null, () => OwnNetworks.Loopback, port.Port, new NamelessDialer(carrier, identity, TimeProvider.System), (finder, calls) => holding(_key.PublicKey, finder, calls), _takers, this, SystemRandom.Instance, time)
        {
            Key = _key,
            NeverStraight = () => _isVeiled,
            Onions = onions,
            Log = Console.Error,
        };
        _mailbox = MailboxHost.Start(parts, room);
    }

    public IMailbox Mailbox => _mailbox;

    public X25519PublicKey Key => _key.PublicKey;

    public Endpoint Endpoint => Endpoint.From(_port.LocalEndPoints[0]);

    public static async Task<MailNode> StartAsync(Endpoint? entry, long room, Func<X25519PublicKey, IHolderFinder, IHolderCalls, IHolding>? holding = null, TimeProvider? time = null, bool isVeiled = false, Func<IReadOnlyList<OnionPasser>>? onions = null)
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var identity = new TransportIdentity(key, null, SystemRandom.Instance);
        var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        var carrier = new UdpCarrier(port, identity, TimeProvider.System);
        var listener = await carrier.ListenAsync(port.LocalEndPoints[0]);
        return new MailNode(port, carrier, listener, identity, entry, room, holding ?? ((_, _, _) => new MemoryHolding()), time ?? TimeProvider.System, isVeiled, onions);
    }

    public Task<(WritableBox Box, IReadOnlyList<MessageId> Ids, string? Why)> NextOutcomeAsync(CancellationToken stop) => _outcomes.Reader.ReadAsync(stop).AsTask();

    public Task<ArrivedEnvelope> NextArrivedAsync(CancellationToken stop) => _arrived.Reader.ReadAsync(stop).AsTask();

    public bool HasArrived => _arrived.Reader.TryPeek(out _);

    public void Changed() => _mailbox?.OverlayChanged();

    public void Found(FindSecret secret, Finding finding)
    {
    }

    public void Knocked(FindSecret secret, Contactable content, long madeAt)
    {
    }

    public void Stored(WritableBox box, IReadOnlyList<MessageId> parcels) => _outcomes.Writer.TryWrite((box, parcels, null));

    public void Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why) => _outcomes.Writer.TryWrite((box, parcels, why));

    public void Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes)
    {
        foreach (var envelope in envelopes)
            _arrived.Writer.TryWrite(envelope);
    }

    void IMailboxObserver.Changed()
    {
    }

    /// <summary>From now on nobody may see where it is.</summary>
    public void Hide()
    {
        _isVeiled = true;
        _mailbox.HidingChanged();
    }

    /// <summary>Leaves as a machine does whose power fails.</summary>
    public async Task VanishAsync()
    {
        _isGone = true;
        await _port.DisposeAsync();
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isGone)
            return;
        await EndAsync();
        await _port.DisposeAsync();
    }

    private async Task EndAsync()
    {
        await _mailbox.DisposeAsync();
        await _overlay.DisposeAsync();
        await _listener.DisposeAsync();
        await _carrier.DisposeAsync();
        await _accepting;
        _key.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        await foreach (var session in _listener.Sessions.ReadAllAsync())
            serving.Add(ServeAsync(session));
        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(ISession session)
    {
        await foreach (var stream in session.AcceptStreamsAsync())
        {
            if (_takers.TryTake(session, stream))
                return;
            stream.Reset(1);
        }
    }
}
