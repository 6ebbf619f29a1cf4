using System.Globalization;
using System.Text;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>
/// The walker: knows some peers, asks one of them every five seconds to introduce it to others, and introduces others that ask. It speaks the four messages of App-to-app
/// communicator as its peers do, and adds to them what makes them safe among nodes of Kith (docs/protocol/walker.md).
/// </summary>
public sealed partial class WalkerCore : IDatagramCore
{
    /// <summary>Time between introduction requests, in milliseconds (the seed's).</summary>
    public const long WalkInterval = 5_000;

    /// <summary>The same while peers are few, at the start and after a change of network.</summary>
    public const long FastInterval = 250;

    /// <summary>How soon an active peer is asked again in such haste: it may have been alone when it was asked first.</summary>
    public const long FastAgain = 1_500;

    /// <summary>How long it walks fast at most.</summary>
    public const long FastPeriod = 30_000;

    /// <summary>Active peers that are enough.</summary>
    public const int EnoughPeers = 6;

    /// <summary>Peers of whom it is not known whether strangers reach them that may be asked to introduce us, while there are no others.</summary>
    public const int MaxDoubtfulIntroducers = 8;

    private readonly IDatagramSink _sink;
    private readonly IRandom _random;
    private readonly IWalkerObserver? _observer;
    private readonly AddressTokens _tokens;
    private readonly PeerTable _table;
    private readonly PunctureGuard _punctures = new();
    private readonly byte[] _peerId;
    private readonly byte[] _buffer = new byte[WalkerWriter.MaxDatagram];
    private readonly List<WalkerPeer> _chosen = [];
    private readonly WanVote _wan4 = new();
    private readonly WanVote _wan6 = new();
    private long _walkAt;
    private long _walks;
    private long _fastUntil;

    /// <summary>A walker that knows nobody yet.</summary>
    public WalkerCore(WalkerOptions options, IDatagramSink sink, IRandom random)
    {
        _sink = sink;
        _random = random;
        _observer = options.Observer;
        _table = new PeerTable(options.Networks);
        _tokens = new AddressTokens(random);
        // Eight characters of hex, as the seed's, but of this run only: nothing that stays the same can be watched.
        PeerId = random.NextUInt32().ToString("x8", CultureInfo.InvariantCulture);
        _peerId = Encoding.ASCII.GetBytes(PeerId);
    }

    /// <summary>What we call ourselves in this run.</summary>
    public string PeerId { get; }

    /// <inheritdoc/>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>The vote on our IPv4 address.</summary>
    public WanVote Wan4 => _wan4;

    /// <summary>The vote on our IPv6 address.</summary>
    public WanVote Wan6 => _wan6;

    /// <summary>Our address by vote: IPv4 where there is one.</summary>
    public Endpoint? Wan => _wan4.Address ?? _wan6.Address;

    /// <summary>Whether this node carries circuits of others, which it then says.</summary>
    public bool ServesRelay { get; set; }

    /// <summary>Datagrams that were none of the four messages, or were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Entries in the table, of any standing: what memory is used for.</summary>
    public int Known => _table.All.Count;

    /// <summary>The peers that answered or proved themselves, and are not given up.</summary>
    public IReadOnlyList<OverlayPeer> Peers() => [.. _table.All.Where(peer => peer.Standing >= PeerStanding.Answered).Select(peer => peer.ToView())];

    /// <summary>The seed's figures.</summary>
    public WalkerCounts Counts(long now)
    {
        int active = 0, connectable = 0, incoming = 0, candidates = 0;
        foreach (var peer in _table.All)
        {
            candidates += peer.Standing < PeerStanding.Answered ? 1 : 0;
            if (!peer.IsActive(now))
                continue;
            active++;
            connectable += peer.Connectable == true ? 1 : 0;
            incoming += peer.Incoming ? 1 : 0;
        }

        return new WalkerCounts(active, connectable, incoming, active - incoming, candidates);
    }

    /// <summary>Active nodes of Kith that proved their addresses: to whom a knock is passed on.</summary>
    public IReadOnlyList<Endpoint> Neighbours(long now) =>
        [.. _table.All.Where(peer => peer.Standing == PeerStanding.Proven && peer.IsActive(now)).Select(peer => peer.Address)];

    /// <summary>The tokens by which others prove their addresses to us.</summary>
    internal AddressTokens Tokens => _tokens;

    /// <summary>Whether we asked this peer ourselves and it answered within two minutes, so that it may ask something of us (as those that introduce may).</summary>
    internal bool HasAnsweredLately(long now, Endpoint address) =>
        _table.Find(address) is { Standing: >= PeerStanding.Answered, AnsweredAt: > 0 } peer && now - peer.AnsweredAt <= PunctureGuard.IntroducerFreshness;

    /// <summary>The token that a peer gave us for our address; empty for none.</summary>
    internal ReadOnlySpan<byte> TokenOf(Endpoint address) => _table.Find(address) is { } peer ? peer.Token : default;

    /// <summary>
    /// Active nodes of Kith that proved their addresses and that strangers can reach, those that we came to first, and of them the nearest: who could introduce us to others. Whether strangers reach
    /// one is not seen where it came to us, or was named and punctured, first: one that carries circuits counts all the same, and others where there are none else. They refuse if they must.
    /// </summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="preferRelays">Whether those that carry circuits come before all others.</param>
    public IReadOnlyList<Endpoint> Introducers(long now, bool preferRelays) =>
    [
        .. PossibleIntroducers(now)
            .OrderBy(peer => preferRelays && !peer.ServesRelay).ThenBy(peer => peer.Connectable != true).ThenBy(peer => peer.Incoming).ThenBy(peer => peer.RoundTrip ?? double.MaxValue)
            .Select(peer => peer.Address),
    ];

    private List<WalkerPeer> PossibleIntroducers(long now)
    {
        var all = _table.All.Where(peer => peer.Standing == PeerStanding.Proven && peer.IsActive(now)).ToList();
        var good = all.FindAll(peer => peer.Connectable == true || peer.ServesRelay);
        return good.Count > 0 ? good : [.. all.OrderBy(peer => peer.Incoming).Take(MaxDoubtfulIntroducers)];
    }

    /// <summary>Whether a peer says that it carries circuits.</summary>
    internal bool CarriesCircuits(Endpoint address) => _table.Find(address)?.ServesRelay == true;

    /// <summary>Asks an entry point, at once, and walks fast until there are enough peers. False when nothing may be sent to it.</summary>
    public bool Introduce(long now, Endpoint entry)
    {
        if (!_table.Own.MayContact(entry))
            return false;
        var peer = _table.Find(entry);
        if (peer is null)
        {
            peer = _table.Add(new WalkerPeer(entry, incoming: false, now) { IsEntry = true }, now);
            if (peer is null)
                return false;
        }

        WalkFast(now);
        if (peer.AskedSince == 0 && !peer.IsActive(now))
            Ask(peer, now, WantedWhenHungry);
        return true;
    }

    /// <summary>The network changed: what others saw of us counts no more, and those heard last are asked anew.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="networks">The networks that this node is on now.</param>
    public void NetworkChanged(long now, OwnNetworks networks)
    {
        _table.Own = networks;
        _wan4.Clear();
        _wan6.Clear();
        _chosen.Clear();
        foreach (var peer in _table.All)
        {
            if (!networks.MayContact(peer.Address))
                _chosen.Add(peer);
        }

        foreach (var peer in _chosen)
            _table.Remove(peer);
        WalkFast(now);
        foreach (var peer in _table.All.Where(peer => peer.Standing >= PeerStanding.Answered).OrderByDescending(peer => peer.LastHeard).Take(EnoughPeers))
            Ask(peer, now, WantedWhenHungry);
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        if (now < NextDeadline)
            return;
        EndAndRepeat(now);
        if (now >= _walkAt)
            Walk(now);
        NextDeadline = _walkAt;
        foreach (var peer in _table.All)
            NextDeadline = Math.Min(NextDeadline, Math.Min(peer.NextAsk, peer.EndsAt()));
        if (_table.All.Count == 0)
            NextDeadline = long.MaxValue;
    }

    private void WalkFast(long now)
    {
        _fastUntil = now + FastPeriod;
        WakeAt(_walkAt = Math.Min(Math.Max(_walkAt, now), now + FastInterval));
    }

    private void WakeAt(long at) => NextDeadline = Math.Min(NextDeadline, at);

    private bool IsOneOfOurs(Endpoint address) => address == _wan4.Address || address == _wan6.Address;

    private bool IsNear(Endpoint address) => _table.Own.AreLifted(address);

    private WanVote VoteOf(Endpoint by) => by.IsIPv4 ? _wan4 : _wan6;
}
