using Kith.Wire;

namespace Kith.Overlay;

/// <summary>
/// A protocol that lives on datagrams, as a state machine without I/O: time comes in with each call, datagrams go out through an <see cref="IDatagramSink"/>.
/// For one thread at a time. Nothing here throws for what a datagram says.
/// </summary>
public interface IDatagramCore
{
    /// <summary>When <see cref="Tick"/> has something to do, in unix milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    long NextDeadline { get; }

    /// <summary>Takes a datagram.</summary>
    /// <param name="now">Unix milliseconds; never less than in an earlier call.</param>
    /// <param name="from">Where it says that it comes from: a lie until the sender has echoed something.</param>
    /// <param name="datagram">All of it; good until the call returns.</param>
    void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram);

    /// <summary>Does what is due.</summary>
    void Tick(long now);
}

/// <summary>Where a core's datagrams go.</summary>
public interface IDatagramSink
{
    /// <summary>Sends at best effort: a datagram that cannot go now is dropped. The span is the caller's again when this returns.</summary>
    void Send(Endpoint to, ReadOnlySpan<byte> datagram);
}
