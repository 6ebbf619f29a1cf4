using System.Net;
using Kith.Crypto;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging;
using Kith.Node.Api;
using Kith.Node.Api.Access;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Node.Home;
using Kith.Node.Loop;
using Kith.Node.Network;
using Kith.Storage;
using Kith.Storage.Export;
using Kith.Transport;
using Kith.Wire;
using ContactState = Kith.Messaging.ContactState;

namespace Kith.Node;

/// <summary>A running node: one person's home, its sessions with others, and the API on it. Safe for use from several threads.</summary>
public sealed partial class KithNode : INode, IAsyncDisposable
{
    private const int SearchSlice = 200;
    private const long MinRoom = 16L << 20;
    private const long MaxRoom = 1L << 40;

    /// <summary>How long a lookup waits for the way into the overlay, just after the start.</summary>
    private static readonly TimeSpan LookupPatience = TimeSpan.FromSeconds(5);

    private readonly NodeOptions _options;
    private readonly NetworkSetup _setup;
    private readonly NodeCore _core;
    private readonly string _token = PageSessions.NewSecret();
    private readonly TaskCompletionSource _stopped;
    private readonly Lock _rememberedGate = new();
    private readonly Lock _keptGate = new(); // so that what is kept and what this run does stay the same, whoever asks at once
    private readonly SemaphoreSlim _bridgeCheck = new(1, 1);
    private RememberedFile _remembered;
    private PageSessions _pages = null!;
    private ApiServer? _api;
    private volatile bool _hasPassphrase;

    private KithNode(NodeOptions options, NetworkSetup setup, NodeCore core, TaskCompletionSource stopped)
    {
        (_options, _setup, _core, _stopped) = (options, setup, core, stopped);
        _remembered = RememberedFile.Read(options.Home);
        Account = core.Messenger.Account.ToString();
        _hasPassphrase = Vault.NeedsPassphrase(options.Home);
    }

    /// <summary>The version of the program.</summary>
    public static string Version { get; } = typeof(KithNode).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The account's id.</summary>
    public string Account { get; }

    /// <summary>Where the API is: <c>http://127.0.0.1:PORT</c>.</summary>
    public string ApiAddress { get; private set; } = "";

    /// <summary>Where other nodes reach this one, HOST:PORT, as links say it.</summary>
    public IReadOnlyList<string> ListenAddresses => _core.Addresses;

    /// <summary>Completes when the node was asked to stop: dispose it then. Faults with <see cref="NodeStartException"/> when it cannot go on.</summary>
    public Task Stopped => _stopped.Task;

    /// <inheritdoc/>
    public NodeEvents Events => _core.Events;

    /// <inheritdoc/>
    public ContactBoard Board => _core.Board;

    private long Now => _options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts a node.</summary>
    /// <exception cref="NodeStartException">It cannot start as asked; nothing is left running.</exception>
    public static async Task<KithNode> StartAsync(NodeOptions options, CancellationToken cancellationToken = default)
    {
        options = options with { Home = Path.GetFullPath(options.Home) };
        var api = ListenEndPoint.ParseLoopback(options.Api);
        var listen = options.Listen.Select(ListenEndPoint.Parse).ToList();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var setup = NetworkSetup.Open(options.Home, options.Network);
        KithNode? node = null;
        try
        {
            var core = NodeCore.Open(options, setup, e => Log(options, e), e => OnFatal(options, stopped, e));
            node = new KithNode(options, setup, core, stopped);
            core.WhenPrivacyChanged = node.RequestRestart;
            setup.Keep(options.Home);
            await node.ListenAsync(listen, cancellationToken);
            await node.ServeAsync(api, cancellationToken);
            await node._core.StartAsync();
            node.Announce();
            node._core.StartOverlay(options.Home, setup, options.Log);
            return node;
        }
        catch (Exception e)
        {
            if (node is not null)
                await node.DisposeAsync();
            else
                setup.Dispose();
            if (e is VaultException or MessengerException)
                throw new NodeStartException(e.Message, e);
            if (e is InvalidDataException)
                throw new NodeStartException($"The account in {options.Home} is damaged: restore an export into a new home.", e);
            throw;
        }
    }

    /// <summary>Runs a call that changes something on the loop; it returns after the commit.</summary>
    /// <exception cref="MessengerException">It cannot be done, and nothing has changed.</exception>
    /// <exception cref="VaultException">It could not be kept, and nothing has changed.</exception>
    public Task<T> InvokeAsync<T>(Func<IMessenger, T> call) => _core.Loop.CallAsync(call, CallKind.Change);

    /// <inheritdoc cref="InvokeAsync{T}(Func{IMessenger, T})"/>
    public Task InvokeAsync(Action<IMessenger> call) => InvokeAsync(m =>
    {
        call(m);
        return true;
    });

    /// <inheritdoc/>
    public Task<T> InvokeAllAsync<T>(Func<IMessenger, T> call) => _core.Loop.CallAsync(call, CallKind.ChangeSeveral);

    /// <inheritdoc/>
    public Task<T> QueryAsync<T>(Func<IMessenger, T> query) => _core.Loop.CallAsync(query, CallKind.Read);

    /// <summary>Calls a listener for everything that happens from now on, on the loop: it must return at once.</summary>
    public IDisposable Subscribe(Action<NodeEvent> listener) => Events.Listen(listener);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageView>> SearchAsync(string query, string? contact, int limit, CancellationToken cancellationToken)
    {
        var found = new List<MessageView>();
        using var walk = await QueryAsync(m => m.SearchSteps(query, contact is null ? null : m.ResolveContact(contact).Id).GetEnumerator());
        // Between two slices the loop does whatever waits: a search through a long history holds nobody up.
        while (await QueryAsync(_ => Step(walk, found, limit)))
            cancellationToken.ThrowIfCancellationRequested();
        return found;
    }

    /// <inheritdoc/>
    public async Task<Status> StatusAsync()
    {
        var (settings, outbox) = await QueryAsync(m => (m.Settings, _core.Vault.Outbox.Count()));
        var shown = Shapes.Settings(settings);
        var view = _core.Overlay.View;
        return new Status(
            Account, shown.Name, shown.Privacy, view.Wan?.ToString(), ListenAddresses, NetworkPicture.KindOf(view.Nat), _core.Route.Peers().Count + view.Peers.Count, outbox, Version, ApiAddress + "/", _hasPassphrase, _options.Home, NetworkPicture.Nat(view.Nat), shown.Relay, Room(), TorPicture.Draw(_core.Tor), NetworkPicture.Forwarding(_core.Forwarding.View));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Peer>> PeersAsync() => Task.FromResult(NetworkPicture.Peers(_core.Overlay.View, _core.Route.Peers(), Board, Now));

    /// <inheritdoc/>
    public Task<Api.Types.Network> NetworkAsync() => Task.FromResult(_core.DrawNetwork());

    /// <inheritdoc/>
    public RoomState Room()
    {
        var view = _core.Drops.View;
        return new RoomState(_core.Room, view.IsOffering, view.Used, view.Boxes, view.Holders, view.Problem);
    }

    /// <inheritdoc/>
    public RoomState OfferRoom(long bytes)
    {
        if (bytes is < 0 or > MaxRoom or (> 0 and < MinRoom))
            throw new MessengerException(MessengerError.Invalid, "Offer 16 MiB to 1 TiB, or 0 for none.");
        Keep(() => NetworkSetup.KeepRoom(_options.Home, bytes), () => _core.OfferRoom(bytes));
        return Room();
    }

    /// <inheritdoc/>
    public async Task<Lookup> LookupAsync(string contact, CancellationToken cancellationToken)
    {
        var started = _options.Time.GetTimestamp();
        var overlay = _core.Overlay;
        var (who, targets) = await QueryAsync(m => m.ResolveContact(contact) is var found ? (found, overlay.TargetsOf(found.Id)) : default);
        if (targets.Count == 0)
            throw new MessengerException(MessengerError.Conflict, $"{who.Name} is not looked for: only contacts and those whose link was used are.");
        await overlay.EnterAsync(LookupPatience, cancellationToken);
        var (found, queries) = await overlay.FindAsync(targets, isThorough: true, cancellationToken);
        if (found.Content is not { } content)
            throw new MessengerException(MessengerError.NotFound, $"{who.Name} is not found: no record of theirs is in the overlay. They have not been there lately, or no longer let you find them.");
        await _core.Loop.CallAsync(
            _ =>
            {
                overlay.Take(who.Id, found);
                return true;
            },
            CallKind.Change);
        return new Lookup(who.Id.ToString(), who.Name, content.Addresses, found.Hops, queries, _options.Time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <inheritdoc/>
    public void Await(AccountId contact) => _core.Loop.TryPost(new TickItem(() => _core.Overlay.Urge(contact)));

    /// <inheritdoc/>
    public Task AwaitLinkServiceAsync(CancellationToken cancellationToken) => _core.AwaitLinkServiceAsync(cancellationToken);

    /// <inheritdoc/>
    public Task AwaitIntroducerAsync(CancellationToken cancellationToken) => _core.AwaitIntroducerAsync(cancellationToken);

    /// <inheritdoc/>
    public string? WhyNot(AccountId contact, RouteKind route) => route switch
    {
        RouteKind.Relay => _core.RelayCalls.WhyNot(contact),
        RouteKind.Drop => _core.Drops.WhyNot(contact),
        RouteKind.Forward => WhyNotForwarded(contact),
        RouteKind.Auto when _core.Privacy.Towards(contact) == PrivacyLevel.Veiled => WhyNotForwarded(contact) ?? _core.Drops.WhyNot(contact),
        RouteKind.Onion when !_core.Route.Reaches(contact, RouteKind.Onion) => WhyNotThroughTor(contact),
        RouteKind.Auto when _core.Privacy.Towards(contact) == PrivacyLevel.Onion && !_core.Route.Reaches(contact, RouteKind.Onion) => WhyNotForwarded(contact) is null ? null : WhyNotThroughTor(contact),
        RouteKind.Direct when _core.Route.Reaches(contact, RouteKind.Relay) && !_core.Route.Reaches(contact, RouteKind.Direct)
            => "There is no direct way to them now: the conversation goes through a relay.",
        _ when _core.Route.SessionOf(contact) is not null => null,
        _ => _core.Route.LastFailureOf(contact) is { } failure ? NetworkProblems.Sentence($"they are not reached: {failure.Message}") : "They are not connected now: they are called, and looked for.",
    };

    private string? WhyNotForwarded(AccountId contact) => _core.Forwarding.View switch
    {
        null when _core.IsOnion => "Nothing is forwarded here: no entry point at an onion address is known; name one in the settings or with `kith tor --entry onion/NAME:PORT`.",
        null => "Nothing is forwarded here: the overlay does not run.",
        _ when _core.Forwarding.Route.Reaches(contact) => null,
        { Guards: 0, Known: var known } => $"Forwarders are being looked for: {known} are known, and none of them is connected yet.",
        _ => "They have not told yet where packets for them end, or it cannot be reached now.",
    };

    private string WhyNotThroughTor(AccountId contact) =>
        _core.Route.WhereIs(contact) is not { } place || !place.Addresses.Any(address => address.Kind == NodeAddress.OnionKind)
            ? "They have no onion address that is known here: they have to use Tor too" + (_core.IsOnion ? ", or to call this node through it." : ".")
            : _core.Tor.WhyNot ?? (_core.Route.LastFailureOf(contact) is { } failure ? NetworkProblems.Sentence($"they are not reached through Tor: {failure.Message}") : "They are called through Tor.");

    /// <inheritdoc/>
    public Task<FindSecretsIssued> IssueFindSecretsAsync(IReadOnlyList<string> contacts) => InvokeAllAsync(m =>
    {
        AccountId[] chosen = [.. contacts.Select(contact => m.ResolveContact(contact).Id).Distinct()];
        m.IssueFindSecrets(chosen);
        var others = m.Contacts().Where(contact => !contact.CanFindUs && contact.State is ContactState.Connected or ContactState.Connecting && !chosen.Contains(contact.Id));
        return new FindSecretsIssued([.. chosen.Select(id => id.ToString())], [.. others.Select(contact => contact.Id.ToString())]);
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DoctorCheck>> ExamineAsync()
    {
        var (contacts, outbox) = await QueryAsync(m => (ContactsReached.Count(m.Contacts(), _core.Route, _core.Forwarding.Reached), _core.Vault.Outbox.Count()));
        return Doctor.Examine(_options.Home, ListenAddresses, _core.Tor, _core.IsOnion, contacts, outbox, _core.ExamineNetwork(_setup));
    }

    /// <inheritdoc/>
    public async Task ChangePassphraseAsync(string? current, string? next)
    {
        if (next is { Length: 0 })
            throw new MessengerException(MessengerError.Invalid, "A passphrase cannot be empty.");
        // Deriving its key takes a second and touches no table: the loop need not wait for it.
        await Task.Run(() => _core.Vault.ChangePassphrase(current, next));
        _hasPassphrase = next is not null;
    }

    /// <inheritdoc/>
    public async Task ExportAsync(Stream destination, string passphrase, CancellationToken cancellationToken)
    {
        // Written beside the vault first: the loop must not wait for whoever reads.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        byte[]? beside = null;
        Keep(() => beside = CarriedWays.Write(NetworkFile.Read(_options.Home)), static () => { });
        await using var file = new FileStream(Path.Combine(_options.Home, $"export-{PageSessions.NewSecret()[..8]}.tmp"), options);
        await _core.Loop.CallAsync(
            _ =>
            {
                VaultExport.Write(_core.Vault, passphrase, file, beside);
                return true;
            },
            CallKind.ReadCommitted);
        file.Position = 0;
        await file.CopyToAsync(destination, cancellationToken);
    }

    /// <summary>A new address of the page, good for one opening.</summary>
    public string NewPageAddress() => $"{ApiAddress}/#k={_pages.NewKey()}";

    string INode.NewPage() => NewPageAddress();

    /// <summary>Whether the node stopped to be started anew with what its home keeps: the privacy setting decides what a run is made of.</summary>
    public bool WantsRestart { get; private set; }

    private void Keep(Action keep, Action use)
    {
        lock (_keptGate)
        {
            try
            {
                keep();
            }
            catch (NodeStartException e)
            {
                throw new MessengerException(MessengerError.Conflict, e.Message);
            }

            use();
        }
    }

    private void RequestRestart()
    {
        WantsRestart = true;
        RequestStop();
    }

    /// <inheritdoc/>
    public void RequestStop() => _stopped.TrySetResult();

    /// <summary>Stops: the API, then the sessions, then the loop when what was queued is done; the vault is closed last.</summary>
    public async ValueTask DisposeAsync()
    {
        RequestStop();
        if (_api is not null)
        {
            RunningFile.Remove(_options.Home);
            await _api.DisposeAsync();
        }

        await _core.DisposeAsync();
        _setup.Dispose();
        _bridgeCheck.Dispose();
    }

    private static void Log(NodeOptions options, Exception defect) => options.Log?.WriteLine($"kith: {defect.GetType().Name} at {defect.StackTrace?.Trim()}");

    private static void OnFatal(NodeOptions options, TaskCompletionSource stopped, Exception reason)
    {
        if (reason is not VaultException)
            Log(options, reason);
        var sentence = reason is VaultException ? reason.Message : "The node cannot go on: something inside it failed.";
        stopped.TrySetException(new NodeStartException(sentence, reason));
    }

    private static bool Step(IEnumerator<MessageView?> walk, List<MessageView> found, int limit)
    {
        for (var i = 0; i < SearchSlice; i++)
        {
            if (!walk.MoveNext())
                return false;
            if (walk.Current is not { } message)
                continue;
            found.Add(message);
            if (found.Count == limit)
                return false;
        }

        return true;
    }

    private void Remember(Func<RememberedFile, RememberedFile> change)
    {
        lock (_rememberedGate)
        {
            var next = change(_remembered);
            if (next != _remembered && next.TryWrite(_options.Home))
                _remembered = next;
        }
    }
}
