using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging.Drops;
using Kith.Messaging.Finding;
using Kith.Messaging.Onion;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>Where something came from.</summary>
/// <param name="Route">The route that it took.</param>
/// <param name="TransportKey">The authenticated static key of the session's other end, 32 bytes; empty where the route hides it.</param>
/// <param name="HandshakeHash">The session's Noise handshake hash, to bind proofs to it; empty where there is none.</param>
public readonly record struct PeerOrigin(RouteKind Route, ReadOnlyMemory<byte> TransportKey, ReadOnlyMemory<byte> HandshakeHash);

/// <summary>
/// What arrives from other nodes, as synchronous calls of the node loop inside its open transaction. Input is hostile: a call never throws for what a peer sent;
/// it drops it, or answers with a wire code. The frames are those of docs/protocol/peer.md.
/// </summary>
public interface IPeerProtocol
{
    /// <summary>Opens, deduplicates and applies a sealed envelope; its receipt goes to <see cref="IEffects.SendOnce"/> at <see cref="EndBatch"/>.</summary>
    /// <returns>Whether it is needed no more: what came out of a box is deleted there only then.</returns>
    Reception ReceiveEnvelope(PeerOrigin from, ReadOnlyMemory<byte> envelope);

    /// <summary>The body of a bundle request for a peer over a session with this handshake hash; null when none is needed any more.</summary>
    byte[]? WriteBundleRequest(AccountId peer, ReadOnlySpan<byte> handshakeHash);

    /// <summary>Answers somebody's bundle request: a bundle, or a refusal with a code (expired, used up, unknown, busy); null: nothing is sent (garbage, or somebody blocked).</summary>
    byte[]? AnswerBundleRequest(PeerOrigin from, ReadOnlySpan<byte> request);

    /// <summary>Takes the answer to our request: starts the session and seals what waited, or ends the attempt with a reason the user sees.</summary>
    void ReceiveBundle(AccountId peer, PeerOrigin from, ReadOnlySpan<byte> answer);

    /// <summary>Delivery handed items to a route: their state becomes sent.</summary>
    void Transmitted(AccountId peer, IReadOnlyList<MessageId> ids, RouteKind route);

    /// <summary>Enough holders have these items: noted with them, and their state becomes stored. Tell <see cref="DeliveryCore.Stored"/> after the commit.</summary>
    void Stored(AccountId peer, IReadOnlyList<MessageId> ids);

    /// <summary>Every box that is written and read, the whole of it.</summary>
    DropBoxes Boxes();

    /// <summary>A box of <see cref="DropBoxes.Reads"/> or <see cref="DropBoxes.Links"/> was read to the end, and what was in it is committed.</summary>
    /// <param name="secret">The box secret (of a link: that of its request box).</param>
    /// <param name="at">When that reading began, unix milliseconds.</param>
    void BoxRead(ReadOnlyMemory<byte> secret, long at);

    /// <summary>What somebody who uses a link of ours needs to write to us while we are away; null when the link is over.</summary>
    /// <param name="link">Which (<see cref="LinkBoxes.Link"/>).</param>
    /// <param name="firstPeriod">The index of the present period of the request box.</param>
    /// <param name="readKeys">Its public read keys from that period on, at most <see cref="StandingBundle.MaxReadKeys"/>.</param>
    byte[]? WriteStandingBundle(string link, long firstPeriod, IReadOnlyList<Ed25519PublicKey> readKeys);

    /// <summary>Enough holders have a link's bundle: the next one is due a day later.</summary>
    void StandingBundleStored(string link);

    /// <summary>What came out of the bundle box of a link that we used: starts the session when it is right and still needed. Of several that come together the newest should be last.</summary>
    void ReceiveStandingBundle(AccountId maker, ReadOnlySpan<byte> bundle);

    /// <summary>Which peer owns a transport key, if we know it.</summary>
    AccountId? PeerOf(ReadOnlySpan<byte> transportKey);

    /// <summary>Every peer to keep connected: what <see cref="IEffects.PeerChanged"/> has said so far, for a start.</summary>
    IReadOnlyList<(AccountId Peer, PeerEndpoint Endpoint)> Peers();

    /// <summary>Our own addresses changed: links carry them, contacts are told.</summary>
    void SetOwnAddresses(IReadOnlyList<string> addresses);

    /// <summary>Where packets that a contact has forwarded to us end, for them alone; they are told when it changed.</summary>
    /// <param name="contact">Who may use them.</param>
    /// <param name="meetings">Text forms, <c>meet/…</c>; the whole of it.</param>
    void SetMeetings(AccountId contact, IReadOnlyList<string> meetings);

    /// <summary>Whom our onion services let in; the whole of it.</summary>
    OnionPlan Onion();

    /// <summary>Every secret under which we let ourselves be found, the contacts' first, then those of the newest links; the whole of it.</summary>
    IReadOnlyList<FindPublication> FindableBy();

    /// <summary>Every secret under which we look for somebody.</summary>
    IReadOnlyList<FindTarget> Wanted();

    /// <summary>A record of a contact was found (its signature proved): what is newer than all we were told takes the place of the addresses we have.</summary>
    /// <param name="peer">Whose.</param>
    /// <param name="addresses">Text forms, best first; what is none is left out.</param>
    /// <param name="madeAt">When it was made, by the contact's clock, unix milliseconds.</param>
    void AddressesFound(AccountId peer, IReadOnlyList<string> addresses, long madeAt);

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    long? NextDeadline { get; }

    /// <summary>Does what is due: disappearing messages, prekey rotation, expired invites.</summary>
    void Tick();

    /// <summary>
    /// Called by the loop after the last work item of a batch and before the commit: writes what the batch changed in memory (ratchets, heads of conversations)
    /// and makes one delivery receipt for all that was received from each peer. Nothing is safe before it.
    /// </summary>
    void EndBatch();

    /// <summary>
    /// Called by the loop after a transaction was rolled back: forgets everything in memory and reads it again from the stores when needed. A command refused with
    /// <see cref="MessengerException"/> has changed nothing and needs no rollback; after any other exception the whole batch MUST be rolled back, not the one item,
    /// since ratchets that earlier items moved are only in memory until <see cref="EndBatch"/>.
    /// </summary>
    void Reload();
}
