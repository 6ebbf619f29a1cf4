using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Delivery;
using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Node.Events;
using Kith.Node.Loop;
using Kith.Node.Network;
using Kith.Storage;
using Kith.Transport;
using Kith.Transport.Tcp;

namespace Kith.Node;

/// <summary>Everything of a node but its API: vault, messenger, delivery, sessions and the loop that drives them.</summary>
internal sealed class NodeCore : IAsyncDisposable
{
    /// <summary>How long nothing must have been written before the vault is tidied.</summary>
    private const long QuietBeforeUpkeep = 2_000;

    private readonly Vault _vault;
    private readonly HeldEffects _effects;
    private readonly TimeProvider _time;
    private readonly Batches _batches;
    private readonly NodeLoop _loop;
    private readonly LoopTimer _timer;
    private readonly PeerTraffic _traffic;
    private readonly List<IPEndPoint> _listening = [];
    private readonly TcpCarrier _carrier;
    private NetworkWatch? _watch;
    private long? _upkeepAt;

    private NodeCore(Vault vault, Messenger messenger, HeldEffects effects, TimeProvider time, Action<Exception> defect, Action<Exception> fatal)
    {
        (_vault, _effects, _time, Messenger) = (vault, effects, time, messenger);
        var keys = messenger.Keys.Device;
        _carrier = new TcpCarrier(new TransportIdentity(keys.Transport, SwarmKey: null, SystemRandom.Instance), time);
        var sink = new InputSink();
        Route = new DirectRoute(keys.Transport.PublicKey, [_carrier], sink, time, SystemRandom.Instance);
        _traffic = new PeerTraffic(new DeliveryCore(vault.Outbox, [Route], new RoutePolicy()), Route, messenger, effects, time, Publish);
        _batches = new Batches(new VaultTransactions(vault), messenger, effects, _traffic, Publish, defect, time);
        _loop = new NodeLoop(messenger, _batches, AfterBatch, fatal);
        _timer = new LoopTimer(time, () => _loop.TryPost(new TickItem(Tick)));
        sink.Bind(_loop, _traffic);
        _batches.Run([new ActionItem(Begin)]);
    }

    /// <summary>The messenger; for the loop alone.</summary>
    public Messenger Messenger { get; }

    /// <summary>The sessions.</summary>
    public DirectRoute Route { get; }

    /// <summary>The overlay.</summary>
    public NodeOverlay Overlay { get; } = new();

    /// <summary>The vault; for the loop alone.</summary>
    public Vault Vault => _vault;

    /// <summary>The loop.</summary>
    public NodeLoop Loop => _loop;

    /// <summary>Who hears what happened.</summary>
    public NodeEvents Events { get; } = new();

    /// <summary>What is true of contacts now.</summary>
    public ContactBoard Board { get; } = new();

    /// <summary>Where other nodes reach this one, text form.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>The port that is listened on first.</summary>
    public int ListenPort => _listening[0].Port;

    /// <summary>Opens the vault and the account in it. Nothing is called or listened on yet.</summary>
    /// <exception cref="VaultException">The home cannot be used.</exception>
    /// <exception cref="MessengerException">The name cannot be one.</exception>
    public static NodeCore Open(NodeOptions options, Action<Exception> defect, Action<Exception> fatal)
    {
        var vault = Vault.Open(new VaultOptions { Home = options.Home, Passphrase = options.Passphrase, Time = options.Time });
        try
        {
            var effects = new HeldEffects();
            vault.Begin();
            var messenger = Messenger.Open(new MessengerStores(vault.Records, vault.Messages, vault.Outbox), effects, options.Time, SystemRandom.Instance, options.Name);
            if (options.Name is { } name && messenger.Settings.Name != name)
            {
                messenger.ChangeSettings(messenger.Settings with { Name = name });
                messenger.EndBatch();
            }

            vault.Commit();
            return new NodeCore(vault, messenger, effects, options.Time, defect, fatal);
        }
        catch
        {
            vault.Dispose();
            throw;
        }
    }

    /// <summary>Takes sessions in.</summary>
    /// <param name="wanted">Where.</param>
    /// <param name="optional">Where too, if it works: the same port over IPv6, which a machine may lack.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">It cannot be listened there.</exception>
    public async Task ListenAsync(IPEndPoint wanted, Func<int, IPEndPoint>? optional, CancellationToken cancellationToken)
    {
        var bound = await Route.ListenAsync(_carrier, wanted, cancellationToken);
        _listening.Add(bound);
        if (optional is null)
            return;
        try
        {
            _listening.Add(await Route.ListenAsync(_carrier, optional(bound.Port), cancellationToken));
        }
        catch (SocketException)
        {
            // No IPv6 here, or the port is taken there: the first address does.
        }
    }

    /// <summary>Begins to work: says the own addresses and calls the contacts.</summary>
    public async Task StartAsync()
    {
        _watch = new NetworkWatch(_listening, OnNetworkChanged);
        Addresses = OwnAddresses.Of(_listening);
        _loop.Start();
        await _loop.CallAsync(_ => Say(Addresses), CallKind.Change);
    }

    /// <summary>What the node sees of the network.</summary>
    public Api.Types.Network DrawNetwork()
        => NetworkPicture.Draw(Overlay.View, Addresses, connectable: null, Route.Peers(), Board, problems: [], _time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Closes the sessions, ends the loop when what was queued is done, and lets the home go.</summary>
    public async ValueTask DisposeAsync()
    {
        _watch?.Dispose();
        await Route.DisposeAsync();
        if (_watch is not null)
            await _loop.StopAsync();
        _timer.Dispose();
        Messenger.Keys.Dispose();
        _vault.Dispose();
    }

    private void Begin()
    {
        Board.Load(Messenger.Contacts());
        foreach (var (peer, endpoint) in Messenger.Peers())
            _effects.PeerChanged(peer, endpoint);
    }

    private bool Say(IReadOnlyList<string> addresses)
    {
        Messenger.SetOwnAddresses(addresses);
        return true;
    }

    private void OnNetworkChanged(IReadOnlyList<string> addresses)
    {
        Addresses = addresses;
        _loop.TryPost(new ActionItem(() => Say(addresses)));
        Route.Nudge();
    }

    private void Tick()
    {
        _timer.Expired();
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (_traffic.Tick())
            _upkeepAt = now + QuietBeforeUpkeep;
        if (_upkeepAt > now || _upkeepAt is null)
            return;
        _upkeepAt = null;
        _loop.TryPost(new UpkeepItem(_vault));
    }

    private void AfterBatch(bool worked)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        if (worked)
            _upkeepAt = now + QuietBeforeUpkeep;
        _timer.Set(Deadlines.Earlier(Deadlines.Earlier(_traffic.NextDeadline, _upkeepAt), _batches.CommitDeadline), now);
    }

    private void Publish(MessengerEvent what)
    {
        // The hot path: a message that nobody watches costs nothing here.
        if (what is not MessengerEvent.MessageChanged || Events.Any)
            Publish(new NodeEvent.Messaging(what, Board));
    }

    private void Publish(NodeEvent happened)
    {
        Board.Apply(happened);
        Events.Publish(happened);
    }
}
