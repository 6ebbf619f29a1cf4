using Kith.Mailbox.Boxes;
using Kith.Mailbox.Passing;
using Kith.Wire;

namespace Kith.Mailbox;

/// <summary>
/// Drops as the node uses them (docs/protocol/mailbox.md): puts sealed envelopes where their reader finds them, brings what others put for us, and keeps what strangers put here. Nothing that
/// is asked of it outlives the run but what it keeps for others: the outbox asks again. For several threads; each call returns at once.
/// </summary>
public interface IMailbox : IAsyncDisposable
{
    /// <summary>What is true now.</summary>
    MailboxView View { get; }

    /// <summary>Room offered to others from now on, bytes; 0 offers none, and what is kept is kept until it is fetched or expires.</summary>
    void Offer(long bytes);

    /// <summary>
    /// Puts envelopes for a reader. Parcels of one box that wait together travel in one chunk where they fit. Told of by <see cref="IMailboxObserver.Stored"/> or, when nothing can be done for now,
    /// <see cref="IMailboxObserver.Refused"/>: exactly one of the two for each parcel, unless it is withdrawn.
    /// </summary>
    /// <param name="box">The writer's box.</param>
    /// <param name="parcels">What to put; at most <see cref="MailboxLimits.WaitingParcels"/> wait in all, others are refused at once.</param>
    void Put(WritableBox box, IReadOnlyList<Parcel> parcels);

    /// <summary>Parcels that have reached their reader otherwise: they are put no more, and deleted where that is worth it and the box can be read by us.</summary>
    void Withdraw(WritableBox box, IReadOnlyList<MessageId> parcels);

    /// <summary>The boxes that are read for us from now on, the whole of it; most urgent first. What is new in them is told by <see cref="IMailboxObserver.Arrived"/>.</summary>
    void Read(IReadOnlyList<ReadableBox> boxes);

    /// <summary>Reads all boxes anew at once: the network came back, or the user asks.</summary>
    void ReadNow();

    /// <summary>What arrived is committed: its chunks are deleted where they are kept.</summary>
    void Done(IReadOnlyList<ArrivedEnvelope> envelopes);
}

/// <summary>Who is told what happens with drops, on the mailbox's own threads: each call must return at once.</summary>
public interface IMailboxObserver
{
    /// <summary>Enough holders have committed these parcels.</summary>
    void Stored(WritableBox box, IReadOnlyList<MessageId> parcels);

    /// <summary>These parcels could not be stored now; the outbox tries again later.</summary>
    /// <param name="box">The box.</param>
    /// <param name="parcels">The parcels.</param>
    /// <param name="why">One clear sentence.</param>
    void Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why);

    /// <summary>Envelopes came out of a box, in their writer's order as far as they were fetched together. Each is told once in a run, until <see cref="IMailbox.Done"/> has been called for it or the next start.</summary>
    void Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes);

    /// <summary>
    /// A row of boxes was read to the end, and all that was in it is done: what was put before <paramref name="since"/> needs to be looked for no more, so it is the next
    /// <see cref="ReadableBox.Since"/>. At most once a minute.
    /// </summary>
    /// <param name="box">The row.</param>
    /// <param name="since">Unix milliseconds.</param>
    void ReadToEnd(ReadableBox box, long since)
    {
        // Nothing is lost by whoever does not keep it: more boxes are read at the next start.
    }

    /// <summary>Others see our address where requests go through several: to be kept for the next run.</summary>
    /// <param name="guards">Who, for <see cref="Hosting.MailboxParts.Guards"/>.</param>
    void GuardsChanged(SavedGuards guards)
    {
        // Whoever does not keep it shows itself to others after a start.
    }

    /// <summary>Something in <see cref="IMailbox.View"/> that people see has changed: at most once a second.</summary>
    void Changed();
}

/// <summary>An envelope on its way into a box.</summary>
/// <param name="Id">The message; unique within its box.</param>
/// <param name="Envelope">Sealed bytes, 512 to 131,072.</param>
public readonly record struct Parcel(MessageId Id, ReadOnlyMemory<byte> Envelope);

/// <summary>An envelope out of a box.</summary>
/// <param name="Envelope">Sealed bytes.</param>
/// <param name="Source">Which chunks it came in: for <see cref="IMailbox.Done"/>.</param>
public sealed record ArrivedEnvelope(ReadOnlyMemory<byte> Envelope, object Source);

/// <summary>What of drops is seen.</summary>
/// <param name="Offered">Bytes of room offered; 0 when none.</param>
/// <param name="IsOffering">Whether others find this node as a holder.</param>
/// <param name="Used">Bytes that others have here.</param>
/// <param name="Boxes">Boxes that others have here.</param>
/// <param name="Holders">Holders known to answer.</param>
/// <param name="Problem">What is wrong with the whole of it, one sentence; null when nothing is.</param>
public sealed record MailboxView(long Offered, bool IsOffering, long Used, int Boxes, int Holders, string? Problem)
{
    /// <summary>What was asked here in this run.</summary>
    public MailboxTraffic Traffic { get; init; }

    /// <summary>Before anything is known.</summary>
    public static MailboxView Nothing { get; } = new(0, IsOffering: false, 0, 0, 0, null);
}

/// <summary>What others have asked of this node in this run: counts alone, nothing of who asked (docs/protocol/mailbox.md, "Passing on").</summary>
/// <param name="Straight">Requests about boxes here that came straight from somebody who is no holder: their address was seen.</param>
/// <param name="ThroughOthers">Requests about boxes here that came through others.</param>
/// <param name="PassedOn">Requests that this node passed on.</param>
public readonly record struct MailboxTraffic(long Straight, long ThroughOthers, long PassedOn);
