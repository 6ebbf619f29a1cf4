using Kith.Crypto;
using Kith.Mailbox.Client;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>A request to a holder (docs/protocol/mailbox.md, "Frames"), written once the session is there that it goes over.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="Answered">
/// Told the time, and the answer; or null and why there is none. With <paramref name="KeepsOn"/> told of each further frame too, and last of a failure, when there will be no more.
/// </param>
/// <param name="KeepsOn">Whether more frames than one answer it: news, until the stream ends.</param>
public sealed record HolderRequest(MailboxRequest Request, Action<long, HolderAnswer?, AskFailure> Answered, bool KeepsOn = false)
{
    /// <summary>How long the first answer may take once the session is there.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Changes an answer before it is told, on the thread that it came on and without locks: opens what is sealed.</summary>
    public Func<MailboxAnswer, MailboxAnswer?>? Opens { get; init; }

    /// <summary>The static key of who alone may be asked; null asks whoever is there.</summary>
    public X25519PublicKey? OnlyTo { get; init; }

    /// <summary>Whether <paramref name="Answered"/> is told on the thread that the answer came on, without the lock of the cores and with no time.</summary>
    public bool IsFree { get; init; }

    /// <summary>For whom it is passed on; null for what is our own.</summary>
    internal PassedFor? For { get; init; }

    /// <summary>Whether it asks whether anybody is there, while all places may be taken.</summary>
    internal bool IsProbe { get; init; }

    /// <summary>Nothing is wanted of it any more, though it may not have been written yet.</summary>
    public bool IsDropped { get; set; }
}

/// <summary>An answer of a holder.</summary>
/// <param name="Answer">What it says.</param>
/// <param name="HolderKey">Its static key, proved by the session: what proofs of keeping are bound to.</param>
public sealed record HolderAnswer(MailboxAnswer Answer, X25519PublicKey HolderKey);
