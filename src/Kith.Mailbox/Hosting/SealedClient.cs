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
    private const int Answered = 1;
    private const int Ending = 2;

    private int _state;

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
        if (!IsWatching || (Interlocked.Or(ref _state, Answered) & Ending) != 0)
            through.EndSealed(number);
    }

    /// <summary>Nothing more is wanted of it. What has not been answered yet is answered first: it takes a place among the stream's requests until then, which nobody else would give back.</summary>
    public void EndWhenAnswered()
    {
        if ((Interlocked.Or(ref _state, Ending) & Answered) != 0)
            through.EndSealed(number);
    }

    /// <inheritdoc/>
    public void Tell(ulong request, EntriesAnswer news) => through.TellSealed(number, new SealedAnswer(DropCode.Done, opened.Seal(news)));

    /// <inheritdoc/>
    public void End(ulong code) => through.End(code);

    /// <summary>Erases its keys: nothing is told to it any more.</summary>
    public void Erase() => opened.Dispose();
}
