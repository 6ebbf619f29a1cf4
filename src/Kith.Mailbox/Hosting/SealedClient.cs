using Kith.Mailbox.Holding;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// Whoever asked by somebody else's stream: a client for one request, and for its news. What it is told is sealed for it. What it asks may be to pass something on in turn: then its calls come from several threads,
/// else from the thread of what is kept.
/// </summary>
/// <param name="through">The stream.</param>
/// <param name="number">The request's number there.</param>
/// <param name="opened">The request.</param>
internal sealed class SealedClient(ServedClient through, ulong number, PassOpened opened) : IHolderClient, IPassAsker
{
    private const int Answered = 1;
    private const int Ending = 2;

    private readonly Lock _gate = new(); // what is sealed leaves in the order in which it was sealed
    private bool _isErased;
    private int _state;

    /// <inheritdoc/>
    public Endpoint? From => through.From;

    /// <inheritdoc cref="IHolderClient.IsNear"/>
    public bool IsNear => through.IsNear;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> HandshakeHash => opened.HandshakeHash;

    /// <inheritdoc/>
    public bool IsWatching { get; set; }

    /// <inheritdoc/>
    public IHolderClient Stream => through;

    IPassAsker IPassAsker.Stream => through;

    /// <summary>The request's number on the stream.</summary>
    public ulong Number => number;

    /// <inheritdoc/>
    public void Answer(ulong request, MailboxAnswer answer) => AnswerOnce(answer, goesOn: IsWatching);

    /// <inheritdoc/>
    public void TellPassed(ulong request, PassAnswer answer, bool isFirst)
    {
        // A layer more must fit, which only what nobody asked for is too long for.
        if (answer.Sealed.Length > PassPadding.Longest - PassLimits.LayerSize)
            answer = new PassAnswer(DropCode.Malformed, default);
        var goesOn = opened.Request is PassRequest { HasNews: true } && answer.Code == DropCode.Done;
        if (isFirst)
        {
            AnswerOnce(answer, goesOn);
            return;
        }

        Seal(answer, through.TellSealed);
        if (!goesOn)
            through.EndSealed(number);
    }

    /// <inheritdoc/>
    public void CountPass(bool isBegun) => through.CountPass(isBegun);

    /// <summary>Nothing more is wanted of it. What has not been answered yet is answered first: it takes a place among the stream's requests until then, which nobody else would give back.</summary>
    public void EndWhenAnswered()
    {
        if ((Interlocked.Or(ref _state, Ending) & Answered) != 0)
            through.EndSealed(number);
    }

    /// <inheritdoc/>
    public void Tell(ulong request, EntriesAnswer news) => Seal(news, through.TellSealed);

    /// <inheritdoc/>
    public void End(ulong code) => through.End(code);

    /// <summary>Erases its keys: nothing is told to it any more.</summary>
    public void Erase()
    {
        lock (_gate)
        {
            _isErased = true;
            opened.Dispose();
        }
    }

    private void AnswerOnce(MailboxAnswer answer, bool goesOn)
    {
        Seal(answer, (at, sealedAnswer) => through.Answer(at, sealedAnswer));
        if (!goesOn || (Interlocked.Or(ref _state, Answered) & Ending) != 0)
            through.EndSealed(number);
    }

    private void Seal(MailboxAnswer answer, Action<ulong, SealedAnswer> tell)
    {
        lock (_gate)
        {
            if (!_isErased)
                tell(number, new SealedAnswer(DropCode.Done, opened.Seal(answer)));
        }
    }
}
