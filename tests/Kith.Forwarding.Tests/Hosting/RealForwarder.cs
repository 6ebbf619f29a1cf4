using System.Collections.Concurrent;
using System.Net;
using Kith.Crypto;
using Kith.Forwarding.Hosting;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Hosting;

/// <summary>A real node on 127.0.0.1 with an overlay that forwards, as a person's does.</summary>
internal sealed class RealForwarder : IOverlayObserver, IForwardingObserver, IAsyncDisposable
{
    private readonly X25519PrivateKey _key;
    private readonly UdpPort _port;
    private readonly UdpCarrier _carrier;
    private readonly SessionTakers _takers = new();
    private readonly IListener _listener;
    private readonly Task _accepting;
    private readonly OverlayHost _overlay;
    private readonly ForwardingHost _host;
    private int _tellings;
    private int _keeps;

    private RealForwarder(UdpPort port, UdpCarrier carrier, IListener listener, TransportIdentity identity, Endpoint? entry, AccountId? account, SavedForwarding? saved, TimeProvider time)
    {
        (_port, _carrier, _listener, _key) = (port, carrier, listener, identity.StaticKey);
        Account = account ?? AccountId.FromBytes(SystemRandom.Instance.NextBytes(AccountId.Size));
        _accepting = AcceptAsync();
        var options = new OverlayOptions { LocalNetwork = false, Mainline = false, Log = Console.Error, EntryPoints = entry is { } at ? [at.ToString()] : [] };
        _overlay = OverlayHost.Start(port, options, this, SystemRandom.Instance, TimeProvider.System);
        port.Start();
        var parts = new ForwardingParts(
            _overlay, () => OwnNetworks.Loopback, port.Port, new NamelessDialer(carrier, identity, TimeProvider.System), _key, new ForgetfulForwardingStore(), _takers, this, SystemRandom.Instance, time)
        {
            Log = Console.Error,
            Saved = saved ?? SavedForwarding.None,
        };
        _host = ForwardingHost.Start(parts);
        _host.Offer(true);
    }

    public AccountId Account { get; }

    public IForwarding Forwarding => _host;

    public Endpoint Endpoint => Endpoint.From(_port.LocalEndPoints[0]);

    public ConcurrentQueue<ReadOnlyMemory<byte>> Envelopes { get; } = new();

    public ConcurrentQueue<SentMessage> AcknowledgedMessages { get; } = new();

    public ConcurrentQueue<SentMessage> GivenUpMessages { get; } = new();

    /// <summary>The static keys of the sessions that others made to it, in their order.</summary>
    public ConcurrentQueue<X25519PublicKey> Callers { get; } = new();

    /// <summary>How often a contact was to be told where we are met.</summary>
    public int Tellings => Volatile.Read(ref _tellings);

    /// <summary>How often it was told that there is something else to keep.</summary>
    public int Keeps => Volatile.Read(ref _keeps);

    /// <summary>Who is told where we are met.</summary>
    public RealForwarder? Contact { get; set; }

    public static async Task<RealForwarder> StartAsync(Endpoint? entry, AccountId? account = null, SavedForwarding? saved = null, TimeProvider? time = null)
    {
        var identity = new TransportIdentity(X25519PrivateKey.Generate(SystemRandom.Instance), null, SystemRandom.Instance);
        var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        var carrier = new UdpCarrier(port, identity, TimeProvider.System);
        var listener = await carrier.ListenAsync(port.LocalEndPoints[0]);
        return new RealForwarder(port, carrier, listener, identity, entry, account, saved, time ?? TimeProvider.System);
    }

    public void Changed() => _host?.OverlayChanged();

    public void Found(FindSecret secret, Finding finding)
    {
    }

    public void Knocked(FindSecret secret, Contactable content, long madeAt)
    {
    }

    public void Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope)
    {
        Envelopes.Enqueue(envelope);
        _host.Committed(from, id);
    }

    public void Acknowledged(SentMessage message) => AcknowledgedMessages.Enqueue(message);

    public void GivenUp(SentMessage message) => GivenUpMessages.Enqueue(message);

    public void HasRoom()
    {
    }

    public void KeepChanged() => Interlocked.Increment(ref _keeps);

    public void AddressesChanged(AccountId contact)
    {
        Interlocked.Increment(ref _tellings);
        Contact?.Forwarding.SetMeetings(Account, _host.AddressesFor(contact));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _overlay.DisposeAsync();
        await _listener.DisposeAsync();
        await _carrier.DisposeAsync();
        await _accepting;
        await _port.DisposeAsync();
        _key.Dispose();
    }

    // What a node does with a session of a stranger: whoever its first stream is for takes it.
    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        await foreach (var session in _listener.Sessions.ReadAllAsync())
        {
            Callers.Enqueue(session.RemoteKey);
            serving.Add(ServeAsync(session));
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(ISession session)
    {
        try
        {
            await foreach (var stream in session.AcceptStreamsAsync())
            {
                if (!_takers.TryTake(session, stream))
                    await session.CloseAsync();
                return;
            }
        }
        catch (SessionException)
        {
            // It has ended.
        }
    }
}
