using System.Net;
using Kith.Crypto;
using Kith.Overlay.Entry.Local;
using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <summary>
/// Finds the way into the overlay (docs/protocol/entry.md): tries all it knows side by side, none waiting for another, again and again with growing pauses for as long as
/// nobody answers; and keeps dynamic DNS names true where it may. A state machine without I/O, for one thread at a time.
/// </summary>
public sealed partial class EntryCore : IDatagramCore
{
    private readonly EntryOptions _options;
    private readonly IEntryEffects _effects;
    private readonly IRandom _random;
    private readonly List<EntryPoint> _points = [];
    private readonly Dictionary<Endpoint, EntryPoint> _byEndpoint = [];
    private readonly GoodNodes _good = new();
    private readonly EntryRequests _requests;
    private long _roundStart;
    private bool _hasPeers;
    private bool _started;
    private int _lastTurn;
    private int _version;

    /// <summary>Makes a core that does nothing until <see cref="Start"/>.</summary>
    public EntryCore(EntryOptions options, IEntryEffects effects, IRandom random)
    {
        _options = options;
        _effects = effects;
        _random = random;
        _local = new LocalNetwork(options, effects, random);
        _requests = new EntryRequests(random);
        _asker = new DnsAsker(_requests, effects, random);
        foreach (var node in options.Remembered.Take(EntryLimits.MaxRemembered).Reverse())
            _good.Add(node);
    }

    /// <summary>The ways in and what became of them: those that answered first, in the order in which they did; then by source. Those whose turn has not come are left out.</summary>
    public IReadOnlyList<EntryView> View =>
    [
        .. _points.Where(point => point.Stage != EntryStage.Waiting)
            .OrderBy(point => point.Stage == EntryStage.Answered ? point.Elapsed : long.MaxValue)
            .ThenBy(point => point.Source)
            .Select(Show),
    ];

    /// <summary>Raised by one with each change of <see cref="View"/>.</summary>
    public int Version => _version + _keepers.Sum(keeper => keeper.Version);

    /// <summary>The nodes to hand in at the next start, the newest first.</summary>
    public IReadOnlyList<Endpoint> Remembered => _good.All;

    /// <inheritdoc/>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Tries everything at once. Call it when the sockets are open.</summary>
    public void Start(long now)
    {
        if (_started)
            throw new InvalidOperationException("started already");
        _started = true;
        _roundStart = now;
        foreach (var text in _options.Named.Take(EntryLimits.MaxNamed))
            AddText(EntrySource.Named, text);
        AddDynamicNames();
        foreach (var node in _good.All)
        {
            // One that the user names too stays named.
            if (!_byEndpoint.ContainsKey(node))
                Add(EntrySource.Remembered, node);
        }

        if (_options is { Mainline: true, PrivateSwarm: false, LoopbackOnly: false })
        {
            foreach (var (host, port) in MainlineRouters.All)
                _points.Add(new EntryPoint(EntrySource.Mainline, $"{host}:{port}") { Host = host, Port = port });
        }

        BeginRound(now);
        Tick(now);
    }

    /// <summary>
    /// Takes addresses where nodes may be, as text (contacts' addresses): tried at once when there are no peers, else kept for when there are none. What is not HOST:PORT of an IP
    /// address is left out: a contact's record must not make us resolve names.
    /// </summary>
    public void Suggest(long now, IReadOnlyList<string> addresses)
    {
        var turn = 0;
        foreach (var text in addresses.Take(EntryLimits.MaxContacts))
        {
            if (!Endpoint.TryParse(text, out var endpoint) || _byEndpoint.ContainsKey(endpoint))
                continue;
            MakeRoom(EntrySource.Contact, EntryLimits.MaxContacts);
            var point = Add(EntrySource.Contact, endpoint);
            if (_started && !_hasPeers)
                BeginTurn(point, now + (turn++ * EntryLimits.Stagger));
        }

        if (_started)
            Tick(now);
    }

    /// <summary>Something came from there that proves it: an answer to what we asked. There are peers now.</summary>
    public void Answered(long now, Endpoint from)
    {
        if (!_hasPeers)
        {
            _hasPeers = true;
            _local.HasPeers = true;
        }

        foreach (var keeper in _keepers)
            keeper.Answered(now, from);
        if (!_byEndpoint.TryGetValue(from, out var point) || point.Stage == EntryStage.Answered)
            return;
        point.Stage = EntryStage.Answered;
        point.Elapsed = now - _roundStart;
        point.Detail = null;
        point.Failures = 0;
        point.Due = long.MaxValue;
        if (point.Source != EntrySource.Mainline)
            _good.Add(from);
        _version++;
    }

    /// <summary>A node worth asking first at the next start: one that answers without a puncture, and has for a while.</summary>
    public void Remember(Endpoint node) => _good.Add(node);

    /// <summary>There are no peers any more, or the network changed: tries everything anew at once.</summary>
    public void PeersLost(long now)
    {
        _hasPeers = false;
        _local.HasPeers = false;
        if (!_started)
            return;
        foreach (var node in _good.All)
        {
            if (!_byEndpoint.ContainsKey(node))
            {
                MakeRoom(EntrySource.Remembered, EntryLimits.MaxRemembered);
                Add(EntrySource.Remembered, node);
            }
        }

        _roundStart = now;
        BeginRound(now);
        Tick(now);
    }

    /// <summary>The system's resolver has done with a name.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="id">The request.</param>
    /// <param name="addresses">What the name stands for; null or empty when it failed.</param>
    /// <param name="error">Why, when it failed.</param>
    public void Resolved(long now, int id, IReadOnlyList<IPAddress>? addresses, ResolveError error)
    {
        if (_requests.TryTake(id, out var request) && request is { WhenResolved: { } then })
            then(now, addresses ?? [], error);
        Tick(now);
    }

    /// <summary>A DNS server has answered, or not.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="id">The request.</param>
    /// <param name="answer">The whole message, unproven; empty when none came.</param>
    public void Exchanged(long now, int id, ReadOnlyMemory<byte> answer)
    {
        if (_requests.TryTake(id, out var request) && request is { WhenExchanged: { } then })
            then(now, answer);
        Tick(now);
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        if (!_started)
            return;
        _requests.Expire(now);
        foreach (var point in _points)
        {
            if (point.Due <= now)
                Advance(point, now);
        }

        _local.Tick(now);
        NextDeadline = Math.Min(_local.NextDeadline, _requests.NextDeadline);
        foreach (var keeper in _keepers)
        {
            keeper.Tick(now);
            NextDeadline = Math.Min(NextDeadline, keeper.Due);
        }

        foreach (var point in _points)
            NextDeadline = Math.Min(NextDeadline, point.Due);
    }
}
