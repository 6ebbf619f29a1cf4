using Kith.Mailbox.Holding;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>Whoever asked by somebody else's stream: a client for one request, and for its news. What it is told is sealed for it; calls come from the thread of what is kept.</summary>
/// <param name="through">The stream.</param>
/// <param name="number">The request's number there.</param>
/// <param name="opened">The request.</param>
internal sealed class SealedClient(ServedClient through, ulong number, PassOpened opened) : IHolderClient
{
    /// <inheritdoc/>
    public Endpoint? From => through.From;

    /// <inheritdoc/>
    public bool IsNear => through.IsNear;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> HandshakeHash => opened.HandshakeHash;

    /// <inheritdoc/>
    public bool IsWatching { get; set; }

    /// <inheritdoc/>
    public IHolderClient Stream => through;

    /// <summary>The request's number on the stream.</summary>
    public ulong Number => number;

    /// <inheritdoc/>
    public void Answer(ulong request, MailboxAnswer answer)
    {
        through.Answer(number, new SealedAnswer(DropCode.Done, opened.Seal(answer)));
        if (!IsWatching)
            through.EndSealed(number);
    }

    /// <inheritdoc/>
    public void Tell(ulong request, EntriesAnswer news) => through.TellSealed(number, new SealedAnswer(DropCode.Done, opened.Seal(news)));

    /// <inheritdoc/>
    public void End(ulong code) => through.End(code);

    /// <summary>Erases its keys: nothing is told to it any more.</summary>
    public void Erase() => opened.Dispose();
}
