using System.Text.Json.Serialization;

namespace Kith.Node.Api.Types;

/// <summary>What of the sender's network place a message may show on its way.</summary>
public enum Privacy
{
    /// <summary>Direct sessions: contacts learn the address.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Through forwarders alone.</summary>
    [JsonStringEnumMemberName("veiled")]
    Veiled,

    /// <summary>Through Tor alone.</summary>
    [JsonStringEnumMemberName("onion")]
    Onion,
}

/// <summary>What a contact is an exception to, as to the privacy setting.</summary>
public enum PrivacyException
{
    /// <summary>None: the setting holds for them.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>They may learn the address.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Through forwarders alone.</summary>
    [JsonStringEnumMemberName("veiled")]
    Veiled,

    /// <summary>Through Tor alone.</summary>
    [JsonStringEnumMemberName("onion")]
    Onion,
}

/// <summary>Whether sessions may go through other people's nodes.</summary>
public enum Relay
{
    /// <summary>Neither uses nor serves relays.</summary>
    [JsonStringEnumMemberName("off")]
    Off,

    /// <summary>Own sessions may go through a relay where they do not go directly.</summary>
    [JsonStringEnumMemberName("use")]
    Use,

    /// <summary>Carries circuits of others, within limits.</summary>
    [JsonStringEnumMemberName("serve")]
    Serve,

    /// <summary>Both.</summary>
    [JsonStringEnumMemberName("both")]
    Both,
}

/// <summary>The colours of the page.</summary>
public enum Theme
{
    /// <summary>What the system says.</summary>
    [JsonStringEnumMemberName("system")]
    System,

    /// <summary>Light.</summary>
    [JsonStringEnumMemberName("light")]
    Light,

    /// <summary>Dark.</summary>
    [JsonStringEnumMemberName("dark")]
    Dark,
}

/// <summary>How a message is to travel.</summary>
public enum Route
{
    /// <summary>The best one that the privacy setting allows.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>A session between the two nodes.</summary>
    [JsonStringEnumMemberName("direct")]
    Direct,

    /// <summary>A session through a node that passes its packets on.</summary>
    [JsonStringEnumMemberName("relay")]
    Relay,

    /// <summary>Through three forwarders, none of whom knows both ends.</summary>
    [JsonStringEnumMemberName("forward")]
    Forward,

    /// <summary>A session through Tor.</summary>
    [JsonStringEnumMemberName("onion")]
    Onion,

    /// <summary>Left, sealed, with nodes that keep it until the other side fetches it.</summary>
    [JsonStringEnumMemberName("drop")]
    Drop,
}

/// <summary>What kind of way a session's packets go.</summary>
public enum Way
{
    /// <summary>From one node to the other.</summary>
    [JsonStringEnumMemberName("direct")]
    Direct,

    /// <summary>To the other node over TCP, where UDP does not pass.</summary>
    [JsonStringEnumMemberName("tunnel")]
    Tunnel,

    /// <summary>Through a node that agreed to pass them on; it can read nothing.</summary>
    [JsonStringEnumMemberName("relay")]
    Relay,

    /// <summary>Through the Tor network.</summary>
    [JsonStringEnumMemberName("onion")]
    Onion,
}

/// <summary>How well we know somebody.</summary>
public enum ContactState
{
    /// <summary>We used their link and have no answer yet.</summary>
    [JsonStringEnumMemberName("connecting")]
    Connecting,

    /// <summary>They used our public link: we accept, refuse or block.</summary>
    [JsonStringEnumMemberName("request")]
    Request,

    /// <summary>Both sides know each other.</summary>
    [JsonStringEnumMemberName("connected")]
    Connected,

    /// <summary>They did not want it, or the link was not valid.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>We want nothing from them.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked,
}

/// <summary>How far a message has come; in this order.</summary>
public enum MessageState
{
    /// <summary>It came from the other side.</summary>
    [JsonStringEnumMemberName("received")]
    Received,

    /// <summary>Committed here, not yet handed to any route.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Handed to a route, not yet acknowledged.</summary>
    [JsonStringEnumMemberName("sent")]
    Sent,

    /// <summary>Enough peers hold it for the receiver.</summary>
    [JsonStringEnumMemberName("stored")]
    Stored,

    /// <summary>A device of the receiver has committed it.</summary>
    [JsonStringEnumMemberName("delivered")]
    Delivered,

    /// <summary>The receiver has seen it.</summary>
    [JsonStringEnumMemberName("read")]
    Read,
}

/// <summary>Who opened a session.</summary>
public enum Direction
{
    /// <summary>The other node.</summary>
    [JsonStringEnumMemberName("in")]
    In,

    /// <summary>This node.</summary>
    [JsonStringEnumMemberName("out")]
    Out,
}
