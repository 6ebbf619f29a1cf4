using System.Text.Json.Serialization;

namespace Kith.Node.Api.Types;

/// <summary>The body of an error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Detail">One clear sentence for the user.</param>
public sealed record Problem(int Status, string Title, string Detail);

/// <summary>An answer that says nothing but that it was done.</summary>
public sealed record Done;

/// <summary>The one-time key of a page's address.</summary>
public sealed record SessionRequest(string Key);

/// <summary>An address that opens the page once.</summary>
public sealed record Page([property: JsonPropertyName("page")] string Address);

/// <summary>The node at a glance.</summary>
/// <param name="Account">The account id.</param>
/// <param name="Wan">The address that others see, or null until known.</param>
/// <param name="Listen">Where sessions are taken, HOST:PORT.</param>
/// <param name="Nat">The kind of NAT in a word (docs/protocol/nat.md), or null until known.</param>
/// <param name="NatDetail">What stands between this node and the internet, in plain words.</param>
/// <param name="Relay">What was agreed to about relays.</param>
/// <param name="Room">Room for what others leave for those who are away.</param>
/// <param name="Tor">Tor; null while nothing has asked for it.</param>
/// <param name="Forwarding">Forwarders; null while there are none, as under <c>onion</c> without an entry point.</param>
/// <param name="Peers">How many nodes of the overlay are heard from, and sessions open.</param>
/// <param name="Outbox">How many messages wait for their receipt.</param>
/// <param name="Page">Where the page is, without a key.</param>
/// <param name="Passphrase">Whether the vault has one.</param>
/// <param name="Home">The home's folder.</param>
public sealed record Status(
    string Account,
    string Name,
    Privacy Privacy,
    string? Wan,
    IReadOnlyList<string> Listen,
    string? Nat,
    int Peers,
    int Outbox,
    string Version,
    string Page,
    bool Passphrase,
    string Home,
    NatState NatDetail,
    Relay Relay,
    RoomState Room,
    TorStatus? Tor,
    ForwardingStatus? Forwarding);

/// <summary>Room for what others leave for those who are away, and what of it is known.</summary>
/// <param name="Offered">Room that is offered, bytes; 0 for none.</param>
/// <param name="Offering">Whether others find this node as a holder.</param>
/// <param name="Used">Bytes that others have here.</param>
/// <param name="Boxes">Boxes that others have here.</param>
/// <param name="Holders">Nodes known to answer that keep things for others.</param>
/// <param name="Problem">What is wrong with it, one sentence; null when nothing is.</param>
public sealed record RoomState(long Offered, bool Offering, long Used, int Boxes, int Holders, string? Problem);

/// <summary>Room to offer from now on.</summary>
/// <param name="Offered">Bytes; 0 for none.</param>
public sealed record RoomOffer(long Offered);

/// <summary>What the user has chosen.</summary>
/// <param name="Name">The name that contacts see; empty until chosen.</param>
/// <param name="ReadReceipts">Whether contacts learn that their messages were seen.</param>
/// <param name="Typing">Whether contacts learn that we write.</param>
/// <param name="Relay">Whether sessions may go through other nodes, and others' through this one.</param>
/// <param name="RelayAsked">Whether the user has answered that once: nobody asks them again.</param>
/// <param name="Notifications">Whether the page notifies.</param>
/// <param name="Language">A language tag, or <c>system</c>.</param>
/// <param name="Forwarding">Whether this node forwards packets of others, where strangers reach it.</param>
/// <param name="Forwarders">Forwarders between us and a contact, 2 to 5.</param>
/// <param name="HopDelay">How long each forwarder but the last keeps a packet of ours in the mean, 0 to 500 milliseconds.</param>
/// <param name="CoverLoops">Packets in a minute, in the mean, that say nothing and come back to us, 0 to 600.</param>
/// <param name="CoverDummies">Packets in a minute, in the mean, that say nothing and end at a forwarder, 0 to 600.</param>
public sealed record Settings(
    string Name, bool ReadReceipts, bool Typing, Privacy Privacy, Relay Relay, bool RelayAsked, bool Notifications, Theme Theme, string Language, bool Forwarding,
    int Forwarders, int HopDelay, int CoverLoops, int CoverDummies);

/// <summary>Settings to change; what is left out stays. To set <c>relay</c> is an answer too: <c>relayAsked</c> is true from then on.</summary>
public sealed record SettingsPatch(
    string? Name = null,
    bool? ReadReceipts = null,
    bool? Typing = null,
    Privacy? Privacy = null,
    Relay? Relay = null,
    bool? Notifications = null,
    Theme? Theme = null,
    string? Language = null,
    bool? RelayAsked = null,
    bool? Forwarding = null,
    int? Forwarders = null,
    int? HopDelay = null,
    int? CoverLoops = null,
    int? CoverDummies = null);

/// <summary>A node of the overlay, or one with which a session is open.</summary>
/// <param name="Id">The key of its transport, or what it calls itself in the overlay.</param>
/// <param name="Contact">The contact's id when it is one.</param>
/// <param name="Name">The contact's name when it is one.</param>
/// <param name="Carrier">What carries it: <c>udp</c> or <c>tcp</c>.</param>
/// <param name="Connectable">Whether it can be reached from outside; null when not known.</param>
/// <param name="LastSeen">When something last came from it.</param>
/// <param name="Rtt">Round-trip time in milliseconds, or null until measured.</param>
/// <param name="Path">Which way its packets go.</param>
public sealed record Peer(
    string Id, PeerKind Kind, string? Contact, string? Name, string Address, Direction Direction, string Carrier, bool? Connectable, long LastSeen, double? Rtt, Way Path);

/// <summary>All sessions and the nodes of the overlay.</summary>
public sealed record PeerList(IReadOnlyList<Peer> Peers);

/// <summary>Whether something works from here, and what to do when not.</summary>
public sealed record DoctorCheck(string Check, bool Ok, string Detail);

/// <summary>All checks.</summary>
public sealed record DoctorReport(IReadOnlyList<DoctorCheck> Checks);

/// <summary>Sets (no current one), changes or removes (no new one) the vault's passphrase.</summary>
public sealed record PassphraseChange(string? Current = null, string? New = null);

/// <summary>The passphrase that an export is sealed with.</summary>
public sealed record ExportRequest(string Passphrase);
