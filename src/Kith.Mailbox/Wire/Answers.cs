using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>What a holder answers.</summary>
public abstract record MailboxAnswer;

/// <summary>What a holder offers.</summary>
/// <param name="OffersRoom">Whether it takes what strangers put.</param>
/// <param name="PassesOn">Whether it passes requests on.</param>
/// <param name="FreeRoom">Free room, MiB.</param>
/// <param name="Wanted">What the next PUT has to bring.</param>
public sealed record WelcomeAnswer(bool OffersRoom, bool PassesOn, uint FreeRoom, WorkWanted Wanted) : MailboxAnswer;

/// <summary>What the next PUT has to bring.</summary>
/// <param name="Bits">Leading zero bits of work; 0 where none is wanted.</param>
/// <param name="Challenge">For one PUT, <see cref="WireLimits.ChallengeSize"/> bytes.</param>
public readonly record struct WorkWanted(int Bits, ReadOnlyMemory<byte> Challenge);

/// <summary>What became of each entry of a PUT.</summary>
/// <param name="Codes">In the order of the request.</param>
/// <param name="Wanted">What the next PUT has to bring.</param>
public sealed record PutAnswer(IReadOnlyList<DropCode> Codes, WorkWanted Wanted) : MailboxAnswer;

/// <summary>What a box has.</summary>
/// <param name="Code">Whether the READ was taken.</param>
/// <param name="HasMore">Whether there is more behind <paramref name="Last"/>.</param>
/// <param name="Last">The highest place looked at.</param>
/// <param name="Entries">At most <see cref="WireLimits.MaxEntries"/>.</param>
public sealed record EntriesAnswer(DropCode Code, bool HasMore, long Last, IReadOnlyList<ListedEntry> Entries) : MailboxAnswer;

/// <summary>One entry of a list.</summary>
/// <param name="Place">Its number in the holder's box.</param>
/// <param name="Hash">The chunk's name, as the holder says.</param>
/// <param name="Size">Bytes of the chunk.</param>
/// <param name="Chunk">The chunk; empty when it is not with it.</param>
public readonly record struct ListedEntry(long Place, ChunkHash Hash, int Size, ReadOnlyMemory<byte> Chunk);

/// <summary>What became of each delete.</summary>
/// <param name="Codes">In the order of the request.</param>
public sealed record DeleteAnswer(IReadOnlyList<DropCode> Codes) : MailboxAnswer;

/// <summary>The proofs of an AUDIT.</summary>
/// <param name="Outcomes">In the order of the request.</param>
public sealed record AuditAnswer(IReadOnlyList<AuditOutcome> Outcomes) : MailboxAnswer;

/// <summary>What a holder says of one chunk.</summary>
/// <param name="State">Absent, kept or deleted.</param>
/// <param name="Proof">The digest (32) of one that is kept, the delete signature (64) of one that is deleted, else empty.</param>
public readonly record struct AuditOutcome(AuditState State, ReadOnlyMemory<byte> Proof);

/// <summary>Whether a holder has a chunk.</summary>
public enum AuditState : byte
{
    /// <summary>It has not.</summary>
    Absent = 0,

    /// <summary>It has.</summary>
    Kept = 1,

    /// <summary>It was deleted.</summary>
    Deleted = 2,
}

/// <summary>What came of a PASS.</summary>
/// <param name="Code">Whether it was passed on.</param>
/// <param name="Sealed">The sealed answer; empty when there is none.</param>
public sealed record PassAnswer(DropCode Code, ReadOnlyMemory<byte> Sealed) : MailboxAnswer;

/// <summary>What came of a sealed request.</summary>
/// <param name="Code">Whether it could be opened and is taken.</param>
/// <param name="Sealed">The sealed answer; empty when there is none.</param>
public sealed record SealedAnswer(DropCode Code, ReadOnlyMemory<byte> Sealed) : MailboxAnswer;

/// <summary>The holders in a part of the network that whoever is asked knows to answer.</summary>
/// <param name="Code">Whether it was looked for.</param>
/// <param name="Holders">The nearest, at most <see cref="WireLimits.MaxFound"/>, no endpoint twice.</param>
public sealed record FoundAnswer(DropCode Code, IReadOnlyList<FoundHolder> Holders) : MailboxAnswer;

/// <summary>A holder that somebody knows.</summary>
/// <param name="At">Where it is.</param>
/// <param name="Key">Its static key, which its session proved.</param>
public readonly record struct FoundHolder(Endpoint At, X25519PublicKey Key);
