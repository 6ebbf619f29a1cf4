using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <summary>Forwarding as the node uses it. For several threads; every call returns at once.</summary>
public interface IForwarding : IAsyncDisposable
{
    /// <summary>What is true now.</summary>
    ForwardingView View { get; }

    /// <summary>Whether this node forwards for others, as long as strangers can reach it.</summary>
    void Offer(bool forwards);

    /// <summary>Forwarders of a path, 2 to 5, and how long each keeps a packet in the mean, milliseconds.</summary>
    void SetPaths(int forwarders, int meanDelay);

    /// <summary>Loops and dummies in a minute; 0 for none.</summary>
    void SetCover(int loops, int dummies);

    /// <summary>The onion service at which strangers reach this node, which its descriptor then names; null for none.</summary>
    void SetOnion(OnionPoint? onion);

    /// <summary>Entry points at onion addresses and what became of them; empty but where they are all there is.</summary>
    IReadOnlyList<OnionEntry> OnionEntries { get; }

    /// <summary>Nodes that serve strangers at onion addresses, the entry points first.</summary>
    IReadOnlyList<OnionNode> OnionNodes { get; }

    /// <summary>How, and by whom, we are met.</summary>
    /// <param name="form">How; none for nobody.</param>
    /// <param name="contacts">All those who may meet us, the whole of it.</param>
    /// <param name="sends">Whether anything is sent through forwarders: then guards are kept even if nobody meets us.</param>
    void Meet(MeetingForm form, IReadOnlyCollection<AccountId> contacts, bool sends);

    /// <summary>Where a contact may meet us, to be told to them; empty while there is nowhere.</summary>
    IReadOnlyList<MeetingAddress> AddressesFor(AccountId contact);

    /// <summary>Where a contact is met, as they told us last; empty for nowhere.</summary>
    void SetMeetings(AccountId contact, IReadOnlyList<MeetingAddress> meetings);

    /// <summary>Which nodes are contacts': they forward for us only where there are not enough others.</summary>
    /// <param name="keys">Their transport keys.</param>
    /// <param name="endpoints">Where they are.</param>
    void SetContactNodes(IReadOnlyCollection<X25519PublicKey> keys, IReadOnlyCollection<Endpoint> endpoints);

    /// <summary>Whether there is a way to a contact through forwarders.</summary>
    bool CanReach(AccountId contact);

    /// <summary>Takes an envelope for a contact; null when there is no room or it is too long. What becomes of it is told by its id.</summary>
    MessageId? Send(AccountId contact, ReadOnlyMemory<byte> envelope);

    /// <summary>A message is not needed any more.</summary>
    void Withdraw(MessageId id);

    /// <summary>An envelope that was handed on is safe on our side: it is acknowledged.</summary>
    void Committed(AccountId from, MessageId id);

    /// <summary>Our guards and handles, to be kept over a restart (<see cref="ForwardingParts.Saved"/>).</summary>
    SavedForwarding Save();

    /// <summary>The overlay sees something else.</summary>
    void OverlayChanged();

    /// <summary>The network is another one.</summary>
    void NetworkChanged();
}

/// <summary>Who is told what happens in forwarding: each call must return at once. Called outside of locks, one at a time.</summary>
public interface IForwardingObserver
{
    /// <summary>An envelope has come through forwarders, for the first time.</summary>
    void Received(AccountId from, MessageId id, ReadOnlyMemory<byte> envelope);

    /// <summary>A message has reached a contact and is safe there.</summary>
    void Acknowledged(SentMessage message);

    /// <summary>Forwarding does not work for a message, now: another route must be tried.</summary>
    void GivenUp(SentMessage message);

    /// <summary>There is room again, after a message was not taken.</summary>
    void HasRoom();

    /// <summary>Where a contact may meet us has changed: they must be told.</summary>
    void AddressesChanged(AccountId contact);

    /// <summary><see cref="IForwarding.Save"/> has something else to say.</summary>
    void KeepChanged();
}

/// <summary>What is true of forwarding.</summary>
/// <param name="Known">Forwarders in the view.</param>
/// <param name="Guards">Guards that there is a session with.</param>
/// <param name="Forwards">Whether this node forwards for others.</param>
/// <param name="Forwarded">Packets forwarded.</param>
/// <param name="Refused">Packets refused.</param>
/// <param name="Handles">Handles kept for others.</param>
/// <param name="Sent">Packets of our own sent.</param>
/// <param name="UnderWay">Messages of our own under way.</param>
/// <param name="RoundTrip">How long an acknowledgement takes, milliseconds; null before the first.</param>
/// <param name="AtOnions">Forwarders in the view that have an onion address.</param>
public sealed record ForwardingView(int Known, int Guards, bool Forwards, long Forwarded, long Refused, int Handles, long Sent, int UnderWay, double? RoundTrip, int AtOnions);

/// <summary>A node that serves strangers at an onion address.</summary>
/// <param name="At">Where.</param>
/// <param name="Key">Its transport key; null while it is not known.</param>
public sealed record OnionNode(OnionPoint At, X25519PublicKey? Key);
