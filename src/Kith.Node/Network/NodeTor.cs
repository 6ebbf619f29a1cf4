using System.Net;
using Kith.Crypto;
using Kith.Delivery.Routes;
using Kith.Messaging.Accounts;
using Kith.Transport;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>
/// Tor for a node (docs/protocol/tor.md): begun when the privacy setting asks for it, or at the first call of a contact who is there alone; the person's onion services; sessions through it. While it
/// is not ready its calls wait and fail, and nothing is sent another way. For several threads.
/// </summary>
internal sealed class NodeTor : ICarrier, IAsyncDisposable
{
    /// <summary>The port of an onion service: nobody sees it but Tor, so one does for all.</summary>
    public const int Port = 7300;

    private const string Folder = "tor";

    private readonly TorRun _run;
    private readonly TorCarrier _carrier;
    private readonly SemaphoreSlim _doorGate = new(1, 1);
    private readonly Action _news;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new(); // guards what follows
    private bool _isBegun;
    private bool _isStopped;
    private volatile PersonOnion? _person;
    private volatile OnionDoor? _door;

    /// <param name="home">The home's folder.</param>
    /// <param name="setup">What the user has said of Tor.</param>
    /// <param name="identity">The person's device.</param>
    /// <param name="node">What strangers meet.</param>
    /// <param name="time">The clock.</param>
    /// <param name="news">Says that something is otherwise, on any thread.</param>
    public NodeTor(string home, TorSetup setup, TransportIdentity identity, TransportIdentity node, TimeProvider time, Action news)
    {
        var options = new TorOptions
        {
            DataDirectory = Path.Combine(home, Folder),
            Executable = setup.Program,
            ControlPort = setup.ControlPort,
            Bridges = setup.Bridges,
            Transports = setup.Transports,
            Lines = setup.Lines,
        };
        _run = new TorRun(options, time, SystemRandom.Instance);
        _carrier = new TorCarrier(identity, _run, time, SystemRandom.Instance);
        Strangers = new TorCarrier(node, _run, time, SystemRandom.Instance);
        _time = time;
        _news = news;
        Keys = new ContactOnionKeys(service => _run.SetClientKey(service, null));
        _run.StateChanged += news;
    }

    /// <inheritdoc/>
    public string Name => _carrier.Name;

    /// <summary>Sessions with strangers: under other keys than the person's, on circuits that none of the person's sessions goes over.</summary>
    public TorCarrier Strangers { get; }

    /// <summary>Where strangers come in; null while none may.</summary>
    public OnionDoor? Door => _door;

    /// <summary>What Tor does.</summary>
    public TorState State => _run.State;

    /// <summary>Whether anything has asked for Tor in this run.</summary>
    public bool IsBegun
    {
        get
        {
            lock (_gate)
                return _isBegun;
        }
    }

    private bool IsStopped
    {
        get
        {
            lock (_gate)
                return _isStopped;
        }
    }

    /// <summary>The person's onion services; null where they have none.</summary>
    public PersonOnion? Person => _person;

    /// <summary>The keys that contacts gave for theirs.</summary>
    public ContactOnionKeys Keys { get; }

    /// <summary>Why nothing goes through Tor now, one sentence; null when it is ready.</summary>
    public string? WhyNot => State switch
    {
        { IsReady: true } => null,
        { Problem: { } problem } => NetworkProblems.Sentence(problem),
        { Phase: TorPhase.Stopped } => "Tor does not run.",
        var state => $"Tor connects to its network: {state.Progress} %.",
    };

    /// <summary>Starts Tor, once.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_isBegun || _isStopped)
                return;
            _isBegun = true;
        }

        _run.Start();
        _news();
    }

    /// <summary>Goes by other bridges from now on, when it runs and when it is begun later.</summary>
    public void SetBridges(IReadOnlyList<string> bridges) => _run.SetBridges(bridges);

    /// <summary>What is wrong with bridges, as far as can be told without going by them; null when nothing is.</summary>
    public Task<BridgeFault?> FindFaultAsync(IReadOnlyList<string> bridges, CancellationToken cancellationToken) => _run.FindFaultAsync(bridges, cancellationToken);

    /// <summary>Tries at once what would be tried later.</summary>
    public void Retry() => _run.Retry();

    /// <summary>Lets the person be reached through Tor, by whom <see cref="PersonOnion.Apply"/> says.</summary>
    /// <param name="route">Who takes the sessions.</param>
    /// <param name="keys">What the services' keys come from.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Net.Sockets.SocketException">Loopback cannot be listened on.</exception>
    public async Task ServeAsync(DirectRoute route, AccountKeys keys, CancellationToken cancellationToken)
    {
        var atLinks = await route.ListenAsync(_carrier, new IPEndPoint(IPAddress.Loopback, 0), Admission.Requests, cancellationToken);
        var atContacts = await route.ListenAsync(_carrier, new IPEndPoint(IPAddress.Loopback, 0), Admission.Wanted, cancellationToken);
        _person = new PersonOnion(keys, Serve, atLinks, atContacts);
        Begin();
    }

    /// <summary>Lets strangers in from now on, at an onion service of the node's own; nothing where they may already.</summary>
    /// <param name="key">The service's key; stays the caller's.</param>
    /// <param name="takers">Who serves them.</param>
    /// <exception cref="System.Net.Sockets.SocketException">Loopback cannot be listened on.</exception>
    public async Task OpenDoorAsync(Ed25519PrivateKey key, SessionTakers takers)
    {
        await _doorGate.WaitAsync();
        try
        {
            if (_door is not null || IsStopped)
                return;
            _door = await OnionDoor.OpenAsync(_run, Strangers, key, takers, _time, _news, CancellationToken.None);
        }
        finally
        {
            _doorGate.Release();
        }

        Begin();
        _news();
    }

    /// <summary>Lets no strangers in from now on; those who are there are sent away.</summary>
    public async Task CloseDoorAsync()
    {
        await _doorGate.WaitAsync();
        try
        {
            if (_door is not { } door)
                return;
            _door = null;
            await door.DisposeAsync();
        }
        finally
        {
            _doorGate.Release();
        }

        _news();
    }

    private OnionService Serve(Ed25519PrivateKey key, IPEndPoint target)
    {
        var service = _run.Serve(key, Port, target, clients: null);
        service.Changed += _news;
        return service;
    }

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => _carrier.Takes(address);

    /// <inheritdoc/>
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default)
    {
        Begin();
        return _carrier.ConnectAsync(addresses, remoteKey, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default) => _carrier.ListenAsync(endPoint, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _isStopped = true;
        await CloseDoorAsync();
        await _run.DisposeAsync();
        _doorGate.Dispose();
    }
}
