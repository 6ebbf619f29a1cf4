using System.Text.Json.Serialization;

namespace Kith.Node.Api.Types;

/// <summary>What the node sees of the network: everything that the network view shows.</summary>
/// <param name="Listen">Where other nodes reach this one, HOST:PORT.</param>
/// <param name="Wan">The address that others see, by vote; null until known.</param>
/// <param name="Votes">The reports that count for it, newest first.</param>
/// <param name="Nat">The kind of NAT in a word (docs/protocol/nat.md); null until known.</param>
/// <param name="Connectable">Whether this node can be reached from outside without help; null until known.</param>
/// <param name="Peers">The walker's peers, those heard last first.</param>
/// <param name="Sessions">Open sessions.</param>
/// <param name="Entries">The ways into the network and what became of them, those that worked first.</param>
/// <param name="Problems">What is wrong, the gravest first; empty when all is well.</param>
/// <param name="NatDetail">What stands between this node and the internet, in plain words.</param>
/// <param name="Relay">Relays: what was agreed to, and what they do here.</param>
/// <param name="Tor">Tor; null while nothing has asked for it.</param>
/// <param name="Forwarding">Forwarders; null while there are none, as under <c>onion</c> without an entry point.</param>
public sealed record Network(
    IReadOnlyList<string> Listen,
    string? Wan,
    IReadOnlyList<WanVote> Votes,
    string? Nat,
    bool? Connectable,
    IReadOnlyList<WalkerPeer> Peers,
    IReadOnlyList<OpenSession> Sessions,
    IReadOnlyList<EntryPoint> Entries,
    DhtState Dht,
    Traffic Traffic,
    PeerCounts Counts,
    IReadOnlyList<NetworkProblem> Problems,
    NatState NatDetail,
    RelayState Relay,
    TorStatus? Tor,
    ForwardingStatus? Forwarding);

/// <summary>What stands between this node and the internet.</summary>
/// <param name="Kind"><c>none</c>, <c>firewall</c>, <c>full-cone</c>, <c>address-restricted</c>, <c>port-restricted</c>, <c>symmetric</c>, <c>blocked</c> or <c>unknown</c>.</param>
/// <param name="Sentence">What that means, in plain words.</param>
/// <param name="Advice">What to do about it; null when there is nothing to do.</param>
/// <param name="Confirmed">Whether at least two nodes that are strangers to each other bear it out.</param>
/// <param name="Mapped">Where the node's UDP port is seen from outside; null until known.</param>
/// <param name="Opened">Addresses that the router opened for this node because it was asked.</param>
public sealed record NatState(string Kind, string Sentence, string? Advice, bool Confirmed, string? Mapped, IReadOnlyList<string> Opened);

/// <summary>Forwarders, as this node sees them, and what it does for others.</summary>
/// <param name="Known">Forwarders that paths can be drawn from.</param>
/// <param name="Guards">Sessions by which packets come to us.</param>
/// <param name="Forwards">Whether this node forwards for others: strangers have to reach it.</param>
/// <param name="Forwarded">Packets forwarded for others since the start.</param>
/// <param name="Refused">Packets refused since the start.</param>
/// <param name="Sent">Packets of our own sent since the start.</param>
/// <param name="RoundTrip">How long the answer to a message takes, milliseconds; null before the first.</param>
public sealed record ForwardingStatus(int Known, int Guards, bool Forwards, long Forwarded, long Refused, long Sent, double? RoundTrip);

/// <summary>Tor, as this node uses it.</summary>
/// <param name="Progress">How far it is with connecting to its network, percent.</param>
/// <param name="Says">What it does in its own words; empty when it says nothing.</param>
/// <param name="Problem">What is wrong and what to do about it, one sentence; null when nothing is.</param>
/// <param name="Version">Tor's version, once it has said it.</param>
/// <param name="Address">Where contacts reach this node through Tor, <c>onion/NAME:PORT</c>; null when it has no onion service.</param>
/// <param name="Published">Whether others can find that address.</param>
public sealed record TorStatus(TorPhase Phase, int Progress, string Says, string? Problem, string? Version, string? Address, bool Published);

/// <summary>An onion service of this node at which people come in who use Tor alone.</summary>
/// <param name="Offered">Whether they may: what was agreed to.</param>
/// <param name="Address">Where, <c>onion/NAME:PORT</c>; null where there is none.</param>
/// <param name="Published">Whether others can find it.</param>
/// <param name="Problem">What is wrong with it, one sentence; null when nothing is.</param>
public sealed record TorEntryState(bool Offered, string? Address, bool Published, string? Problem);

/// <summary>Whether people who use Tor alone may come in from now on.</summary>
public sealed record TorEntryOffer(bool Offered);

/// <summary>The ways into Tor's network and, through it, to others.</summary>
/// <param name="Bridges">Bridge lines, as bridges.torproject.org gives them.</param>
/// <param name="Entries">Entry points at onion addresses, <c>onion/NAME:PORT</c>.</param>
/// <param name="OwnTor">Whether Tor is one of this node's own: bridges are for no other.</param>
/// <param name="StartsAnew">Whether the node is about to start anew with them.</param>
public sealed record TorWaysState(IReadOnlyList<string> Bridges, IReadOnlyList<string> Entries, bool OwnTor, bool StartsAnew = false);

/// <summary>Other ways from now on; what is left out stays.</summary>
public sealed record TorWaysChange(IReadOnlyList<string>? Bridges = null, IReadOnlyList<string>? Entries = null);

/// <summary>What Tor does.</summary>
public enum TorPhase
{
    /// <summary>It does not run.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>It is not installed; it is looked for again and again.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>It connects to its network.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>It can be used.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>It ended and is started again.</summary>
    [JsonStringEnumMemberName("restarting")]
    Restarting,

    /// <summary>It cannot be started, or does not let us in; it is tried again.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>Relays, as this node sees them.</summary>
/// <param name="Consent">What was agreed to: the setting.</param>
/// <param name="Asked">Whether the user has answered that once.</param>
/// <param name="Helps">Whether relays would reach people who are not reached otherwise from here: when to ask.</param>
/// <param name="Serving">Circuits of others that go through this node now.</param>
/// <param name="Using">Circuits of this node's own sessions now.</param>
/// <param name="Bytes">Bytes passed on for others since the start.</param>
/// <param name="Dropped">Packets of others not passed on, being over a limit, since the start.</param>
/// <param name="Refused">How often this node refused others since the start, by reason.</param>
public sealed record RelayState(
    Relay Consent, bool Asked, bool Helps, int Serving, int Using, long Bytes, long Dropped, IReadOnlyList<RelayRefusals> Refused);

/// <summary>How often a relay was refused to others for one reason.</summary>
public sealed record RelayRefusals(string Reason, long Count);

/// <summary>What one peer says our address is.</summary>
/// <param name="By">The peer, HOST:PORT.</param>
/// <param name="Seen">Our address as it sees it.</param>
/// <param name="At">When it said so.</param>
public sealed record WanVote(string By, string Seen, long At);

/// <summary>A node of the overlay that we exchange introductions with.</summary>
/// <param name="Id">What it calls itself: it says nothing about a person.</param>
/// <param name="Direction">Who spoke first.</param>
/// <param name="Connectable">Whether it can be reached from outside; null when not known.</param>
/// <param name="LastSeen">When something last came from it.</param>
/// <param name="Rtt">Round-trip time in milliseconds, or null until measured.</param>
/// <param name="Speaks">What it speaks: <c>kith</c>, or <c>app-to-app</c> for a peer of the four messages alone.</param>
public sealed record WalkerPeer(string Id, string Address, Direction Direction, bool? Connectable, long LastSeen, double? Rtt, string Speaks);

/// <summary>An open session.</summary>
/// <param name="Id">The key of the other device's transport.</param>
/// <param name="Contact">The contact's id; null for somebody who is none yet.</param>
/// <param name="Name">The contact's name.</param>
/// <param name="Carrier">What carries the session: <c>udp</c> or <c>tcp</c>.</param>
/// <param name="Since">When it was opened.</param>
/// <param name="LastSeen">When something last came on it.</param>
/// <param name="Rtt">Round-trip time in milliseconds, or null until measured.</param>
/// <param name="Path">Which way its packets go now.</param>
public sealed record OpenSession(
    string Id, string? Contact, string? Name, string Address, Direction Direction, string Carrier, long Since, long LastSeen, double? Rtt, Way Path);

/// <summary>A way into the network.</summary>
/// <param name="Address">HOST:PORT as given.</param>
/// <param name="Detail">One sentence when it failed, else null.</param>
/// <param name="Elapsed">Milliseconds from the start of the round in which it was asked to its answer, or null.</param>
public sealed record EntryPoint(EntrySource Source, string Address, EntryState State, string? Detail, long? Elapsed);

/// <summary>This node in the DHT.</summary>
/// <param name="Nodes">Nodes in the routing table.</param>
/// <param name="Depth">k-buckets in use.</param>
/// <param name="Stored">Items kept for others.</param>
/// <param name="ReadOnly">Whether others are told not to ask us, since they could not reach us (BEP 43).</param>
public sealed record DhtState(int Nodes, int Depth, int Stored, bool ReadOnly);

/// <summary>Bytes of the overlay since the start; sessions are not in it.</summary>
public sealed record Traffic(long In, long Out);

/// <summary>Peers of the overlay that were heard from of late.</summary>
/// <param name="Connectable">Those that can be reached from outside.</param>
/// <param name="Incoming">Those that spoke first.</param>
/// <param name="Outgoing">Those that we spoke to first.</param>
/// <param name="Ratio">Connectable ones among the active, 0 to 1; null when there are none.</param>
public sealed record PeerCounts(int Active, int Connectable, int Incoming, int Outgoing, double? Ratio);

/// <summary>Something that is wrong, in plain words.</summary>
/// <param name="What">What, in a few words.</param>
/// <param name="Detail">One sentence that says more.</param>
/// <param name="Remedy">One sentence: what to do about it; null when it passes by itself.</param>
public sealed record NetworkProblem(string What, string Detail, string? Remedy);

/// <summary>Where a contact is, as the overlay says.</summary>
/// <param name="Contact">The contact's id.</param>
/// <param name="Addresses">The best first.</param>
/// <param name="Hops">How many nodes away the one with the record was.</param>
/// <param name="Queries">Queries sent.</param>
/// <param name="Elapsed">Milliseconds.</param>
public sealed record Lookup(string Contact, string Name, IReadOnlyList<string> Addresses, int Hops, int Queries, double Elapsed);

/// <summary>Who shall go on finding us.</summary>
/// <param name="Contacts">Names, ids or unambiguous starts of ids. Everybody else finds us no more once we have moved.</param>
public sealed record FindSecretsIssue(IReadOnlyList<string> Contacts);

/// <summary>Who gets a new secret and who does not.</summary>
/// <param name="Issued">Ids of the contacts who find us from now on.</param>
/// <param name="Withheld">Ids of the contacts who find us no more.</param>
public sealed record FindSecretsIssued(IReadOnlyList<string> Issued, IReadOnlyList<string> Withheld);

/// <summary>What a line of the peers is.</summary>
public enum PeerKind
{
    /// <summary>A session, with a contact or somebody who may become one.</summary>
    [JsonStringEnumMemberName("session")]
    Session,

    /// <summary>A node of the overlay.</summary>
    [JsonStringEnumMemberName("overlay")]
    Overlay,
}

/// <summary>Where an entry point comes from.</summary>
public enum EntrySource
{
    /// <summary>A node of the last run.</summary>
    [JsonStringEnumMemberName("remembered")]
    Remembered,

    /// <summary>The user named it.</summary>
    [JsonStringEnumMemberName("named")]
    Named,

    /// <summary>A contact's address.</summary>
    [JsonStringEnumMemberName("contact")]
    Contact,

    /// <summary>Heard on the local network.</summary>
    [JsonStringEnumMemberName("localNetwork")]
    LocalNetwork,

    /// <summary>A dynamic DNS name's record.</summary>
    [JsonStringEnumMemberName("dynamicDns")]
    DynamicDns,

    /// <summary>One of mainline's routers.</summary>
    [JsonStringEnumMemberName("mainline")]
    Mainline,
}

/// <summary>How far an entry point got.</summary>
public enum EntryState
{
    /// <summary>Its name is being resolved.</summary>
    [JsonStringEnumMemberName("resolving")]
    Resolving,

    /// <summary>It was asked.</summary>
    [JsonStringEnumMemberName("asked")]
    Asked,

    /// <summary>It answered.</summary>
    [JsonStringEnumMemberName("answered")]
    Answered,

    /// <summary>It did not.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
