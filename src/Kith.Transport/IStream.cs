using System.IO.Pipelines;

namespace Kith.Transport;

/// <summary>
/// A two-way, ordered, reliable stream of bytes inside a session, each direction under flow control of its own and of the session.
/// <para><see cref="IDuplexPipe.Output"/>: <c>FlushAsync</c> hands everything written since the last flush to the session, which sends it at once
/// (write many small things, then flush once); it waits only while more than the send buffer is unsent. <c>Complete()</c> ends this direction (the
/// other side reads to the end and then sees it completed); <c>Complete(exception)</c> resets it.</para>
/// <para><see cref="IDuplexPipe.Input"/>: what was consumed is credited to the sender. <c>Complete()</c> before the end tells the sender to stop.
/// A waiting <c>ReadAsync</c> is continued on the session's own reader loop, for latency: do not block there.</para>
/// <para>When the stream is reset by the other node, reads and flushes throw <see cref="StreamException"/>; when the session ends,
/// <see cref="SessionException"/>.</para>
/// </summary>
public interface IStream : IDuplexPipe, IAsyncDisposable
{
    /// <summary>The number within the session: even when the session's initiator opened it, odd otherwise.</summary>
    long Id { get; }

    /// <summary>What it is for.</summary>
    StreamKind Kind { get; }

    /// <summary>Ends both directions at once; unsent data is dropped. Nothing when both have ended already.</summary>
    /// <param name="code">At most 2^62 - 1.</param>
    void Reset(ulong code);
}
