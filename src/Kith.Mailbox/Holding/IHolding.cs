using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Holding;

/// <summary>What keeps boxes for others, without I/O but the store's, on one thread of its own. Times are unix milliseconds of a clock that never goes back.</summary>
public interface IHolding : IDisposable
{
    /// <summary>Bytes that all chunks take.</summary>
    long Used { get; }

    /// <summary>Boxes with entries.</summary>
    int Boxes { get; }

    /// <summary>What is wrong with it, one sentence; null when nothing is.</summary>
    string? Problem => null;

    /// <summary>When <see cref="Finish"/> must be called at the latest, whatever comes.</summary>
    long NextDeadline { get; }

    /// <summary>Room offered from now on, bytes; 0 for none.</summary>
    void Offer(long bytes);

    /// <summary>The wall clock is so far ahead of the one by which calls say the time, milliseconds: it was set, or the machine slept.</summary>
    void SetClock(long ahead)
    {
        // What keeps nothing by the time of day need not know it.
    }

    /// <summary>Takes a request; it is answered at a later <see cref="Finish"/>, never before what it changes is committed.</summary>
    void Take(long now, IHolderClient client, ulong number, MailboxRequest request);

    /// <summary>A client's stream has ended: it is told nothing any more.</summary>
    void Gone(IHolderClient client);

    /// <summary>After a batch of requests, and when something is due: commits, lets the answers and news out, and does what is due.</summary>
    void Finish(long now);
}

/// <summary>A client's stream, as whatever keeps for others sees it. Calls return at once.</summary>
public interface IHolderClient
{
    /// <summary>Where it is; null where that is not known (it came by a tunnel or through another node).</summary>
    Endpoint? From { get; }

    /// <summary>Whether it is on a network of ours, where prefixes mean nothing.</summary>
    bool IsNear { get; }

    /// <summary>The session's handshake hash, which a READ is signed for.</summary>
    ReadOnlyMemory<byte> HandshakeHash { get; }

    /// <summary>Whether it waits for news: then its stream may be silent for as long as its session lives.</summary>
    bool IsWatching { get; set; }

    /// <summary>The stream that it asks by: itself, or that of whoever passes on what it asks. Work that is wanted is wanted of the stream.</summary>
    IHolderClient Stream => this;

    /// <summary>Answers a request.</summary>
    void Answer(ulong number, MailboxAnswer answer);

    /// <summary>Tells news under the number of a request that was answered already.</summary>
    void Tell(ulong number, EntriesAnswer news);

    /// <summary>Ends the stream, with a code of <see cref="WireLimits"/>.</summary>
    void End(ulong code);
}
