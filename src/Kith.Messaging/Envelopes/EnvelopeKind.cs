namespace Kith.Messaging.Envelopes;

/// <summary>What an envelope holds: a message of the Signal protocol, with Signal's own numbers, or delivery receipts.</summary>
public enum EnvelopeKind : byte
{
    /// <summary>
    /// Ids of messages that the sender has committed, 16 bytes each; in the pair form alone, whose keys nobody else has. They say nothing that must stay secret after the
    /// keys are lost, and outside of the ratchet a receipt costs no Diffie-Hellman step.
    /// </summary>
    Receipt = 1,

    /// <summary>A message of an established session.</summary>
    Whisper = 2,

    /// <summary>A message that can start a session.</summary>
    PreKey = 3,

    /// <summary>A BUNDLE_REQUEST (docs/protocol/messaging.md) that is left for somebody who is away; in the pair form alone.</summary>
    BundleRequest = 4,

    /// <summary>The BUNDLE that answers it, under the id of the request; in the pair form alone.</summary>
    Bundle = 5,
}
