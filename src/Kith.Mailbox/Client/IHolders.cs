using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>A holder as the client's cores name it: whoever carries what they ask gives it and is given it back.</summary>
/// <param name="At">Where it is.</param>
/// <param name="IsPreferred">Whether the reader named it as their own: it is used beside the nearest, and first.</param>
public readonly record struct HolderHandle(Endpoint At, bool IsPreferred = false);

/// <summary>
/// What the client's cores want done. Each call returns at once and must not call back into the core before it has returned. What comes of it is told by the core's <c>Found</c> and
/// <c>Answered</c>.
/// </summary>
public interface IHolders
{
    /// <summary>
    /// Asks a holder. Exactly one answer or failure follows by <c>Answered</c>, as late as it may be; to a READ for news any number of answers until a failure says that its stream has ended.
    /// </summary>
    /// <param name="ticket">The core's name for it.</param>
    /// <param name="holder">One of those found.</param>
    /// <param name="request">What is asked; a READ brings its key and is signed for the session that takes it.</param>
    void Ask(long ticket, HolderHandle holder, MailboxRequest request);

    /// <summary>Nothing about this ticket is wanted any more, news above all.</summary>
    void Forget(long ticket);

    /// <summary>Looks for a box's holders: those that are preferred (as far as they can be resolved), then the nearest that are known to answer, nearest first.</summary>
    /// <param name="address">The box; answered by <c>Found</c> with this address, with nothing where nobody was found.</param>
    /// <param name="count">How many of the nearest.</param>
    /// <param name="preferred"><c>HOST:PORT</c> each.</param>
    void Find(BoxAddress address, int count, IReadOnlyList<string> preferred);

    /// <summary>A holder did not answer.</summary>
    void Failed(HolderHandle holder);

    /// <summary>A holder lied: it gave something else than it said.</summary>
    void Distrust(HolderHandle holder);
}

/// <summary>Why a holder did not answer.</summary>
public enum AskFailure
{
    /// <summary>It did answer.</summary>
    None = 0,

    /// <summary>No session to it could be made.</summary>
    Unreachable,

    /// <summary>The session ended before the answer.</summary>
    Ended,

    /// <summary>It answered something else, or broke the rules of frames.</summary>
    Broken,

    /// <summary>Too much is under way for it here already.</summary>
    Crowded,

    /// <summary>We ended it ourselves, for another way or on another network.</summary>
    Withdrawn,
}

/// <summary>What a failure tells.</summary>
internal static class AskFailures
{
    /// <summary>Whether it says anything of the holder; otherwise it is not held against it.</summary>
    public static bool IsOfHolder(this AskFailure failure) => failure is not (AskFailure.Crowded or AskFailure.Withdrawn);
}
