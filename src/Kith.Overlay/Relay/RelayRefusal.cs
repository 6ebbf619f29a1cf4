namespace Kith.Overlay.Relay;

/// <summary>Why a circuit did not come about, or ended. Up to 0x3f as on the wire (docs/protocol/relay.md, "Codes"); from 0x40 never sent.</summary>
public enum RelayRefusal
{
    /// <summary>Nothing is wrong; not needed any more.</summary>
    None = 0x00,

    /// <summary>The node does not carry circuits.</summary>
    NotServing = 0x01,

    /// <summary>The receiver has not agreed to relays.</summary>
    NoConsent = 0x02,

    /// <summary>Nobody is registered there under the handle.</summary>
    UnknownHandle = 0x03,

    /// <summary>The relay carries as many circuits as it may.</summary>
    Full = 0x04,

    /// <summary>The relay carries as many circuits from the caller's network as it may.</summary>
    Prefix = 0x05,

    /// <summary>Asked too often.</summary>
    Rate = 0x06,

    /// <summary>The receiver has as many circuits at the relay as it may.</summary>
    Registrant = 0x07,

    /// <summary>The receiver did not answer the relay.</summary>
    NoAnswer = 0x08,

    /// <summary>The receiver has as many circuits as it takes.</summary>
    Busy = 0x09,

    /// <summary>Nothing went through for too long.</summary>
    Idle = 0x0a,

    /// <summary>The circuit's time was over.</summary>
    Expired = 0x0b,

    /// <summary>Somebody of the three turned relays off.</summary>
    TurnedOff = 0x0c,

    /// <summary>The relay knows no such circuit: it was started anew, or forgot it.</summary>
    UnknownCircuit = 0x0d,

    /// <summary>This node has not agreed to use relays.</summary>
    Off = 0x40,

    /// <summary>The relay did not answer.</summary>
    RelaySilent = 0x41,

    /// <summary>The relay's address is none that this node may send to.</summary>
    Address = 0x42,

    /// <summary>This node uses as many circuits as it may.</summary>
    TooMany = 0x43,
}

/// <summary>Refusals in words.</summary>
public static class RelayRefusals
{
    /// <summary>One sentence for people, without a full stop.</summary>
    public static string Sentence(this RelayRefusal refusal) => refusal switch
    {
        RelayRefusal.None => "the circuit was not needed any more",
        RelayRefusal.NotServing => "the relay does not carry others' messages",
        RelayRefusal.NoConsent => "your contact has not agreed to relays",
        RelayRefusal.UnknownHandle => "your contact is not connected with the relay",
        RelayRefusal.Full => "the relay carries as much as it may already",
        RelayRefusal.Prefix => "the relay carries as much from your network as it may already",
        RelayRefusal.Rate => "the relay was asked too often, or was given more than it carries",
        RelayRefusal.Registrant => "the relay carries as much for your contact as it may already",
        RelayRefusal.NoAnswer => "your contact did not answer through the relay",
        RelayRefusal.Busy => "your contact has as many relayed conversations as it takes",
        RelayRefusal.Idle => "nothing went through the relay for a while",
        RelayRefusal.Expired => "the relay's time was over",
        RelayRefusal.TurnedOff => "relays were turned off by you, your contact or the relay",
        RelayRefusal.UnknownCircuit => "the relay was started anew",
        RelayRefusal.Off => "you have not agreed to relays",
        RelayRefusal.RelaySilent => "the relay did not answer",
        RelayRefusal.Address => "the relay's address cannot be used from here",
        RelayRefusal.TooMany => "there are as many relayed conversations as this node holds",
        _ => "the relay refused for a reason that this version does not know",
    };
}
