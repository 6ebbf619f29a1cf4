using Kith.Forwarding.Meeting;
using Kith.Wire;

namespace Kith.Forwarding.Sending;

/// <summary>What sending needs of the world; each call returns at once.</summary>
public interface ISendingWorld
{
    /// <summary>Where a contact may be met; empty while that is not known.</summary>
    IReadOnlyList<MeetingAddress> MeetingPointsOf(AccountId peer);

    /// <summary>Hands a packet to its first forwarder. It may get lost.</summary>
    void Send(long now, OutgoingPacket packet);

    /// <summary>A message has reached the contact and is safe there.</summary>
    void Acknowledged(long now, SentMessage message);

    /// <summary>This way does not work for a message, now: another one must be tried.</summary>
    void GivenUp(long now, SentMessage message);

    /// <summary>There is room again, after a message was not taken.</summary>
    void HasRoom(long now);
}

/// <summary>What became of a message.</summary>
/// <param name="Peer">The contact.</param>
/// <param name="Id">What <see cref="SendingCore.Submit"/> called it.</param>
/// <param name="Attempts">Attempts that were made.</param>
/// <param name="Elapsed">Milliseconds since it was taken.</param>
public readonly record struct SentMessage(AccountId Peer, MessageId Id, int Attempts, long Elapsed);
