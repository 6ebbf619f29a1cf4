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
}

/// <summary>An answer of a holder.</summary>
/// <param name="Answer">What it says.</param>
/// <param name="HolderKey">Its static key, proved by the session: what proofs of keeping are bound to.</param>
public sealed record HolderAnswer(MailboxAnswer Answer, X25519PublicKey HolderKey);
