using System.Threading.Channels;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Node.Events;

/// <summary>
/// Hands what happened to whoever listens. Published by the node loop alone, in order; listening is allowed from any thread. A listener is called
/// on the loop and must return at once.
/// </summary>
public sealed class NodeEvents
{
    private readonly Lock _gate = new();

    /// <summary>Replaced as a whole under <see cref="_gate"/>, read without it.</summary>
    private Action<NodeEvent>[] _listeners = [];

    /// <summary>Whether anybody listens: nothing needs to be made for nobody.</summary>
    public bool Any => Volatile.Read(ref _listeners).Length > 0;

    /// <summary>Calls a listener for every event from now on, until the result is disposed.</summary>
    public IDisposable Listen(Action<NodeEvent> listener)
    {
        lock (_gate)
            _listeners = [.. _listeners, listener];
        return new Listening(this, listener);
    }

    /// <summary>A queue of events of at most <paramref name="capacity"/>; when its reader is further behind, the queue ends.</summary>
    public EventQueue Subscribe(int capacity) => new(this, capacity);

    /// <summary>Waits until a message has come as far as <paramref name="state"/>; null when the time is over.</summary>
    public async Task<MessageView?> MessageAsync(MessageId id, MessageState state, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
        => (await FirstAsync(
            e => e is NodeEvent.Messaging { What: MessengerEvent.MessageChanged changed } && changed.Message.Id == id && changed.Message.State >= state,
            timeout, time, cancellationToken) as NodeEvent.Messaging)?.What is MessengerEvent.MessageChanged found ? found.Message : null;

    /// <summary>Waits for the first event of a kind; null when the time is over.</summary>
    public async Task<NodeEvent?> FirstAsync(Func<NodeEvent, bool> wanted, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<NodeEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = Listen(e =>
        {
            if (wanted(e))
                found.TrySetResult(e);
        });
        try
        {
            return await found.Task.WaitAsync(timeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Tells everybody. Called by the node loop.</summary>
    internal void Publish(NodeEvent happened)
    {
        foreach (var listener in Volatile.Read(ref _listeners))
            listener(happened);
    }

    private void Remove(Action<NodeEvent> listener)
    {
        lock (_gate)
            _listeners = Array.FindAll(_listeners, l => !ReferenceEquals(l, listener));
    }

    private sealed class Listening(NodeEvents events, Action<NodeEvent> listener) : IDisposable
    {
        public void Dispose() => events.Remove(listener);
    }
}

/// <summary>A bounded queue of events.</summary>
public sealed class EventQueue : IDisposable
{
    private readonly Channel<NodeEvent> _channel;
    private readonly IDisposable _listening;

    internal EventQueue(NodeEvents events, int capacity)
    {
        _channel = Channel.CreateBounded<NodeEvent>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
        _listening = events.Listen(e =>
        {
            if (!_channel.Writer.TryWrite(e))
                _channel.Writer.TryComplete();
        });
    }

    /// <summary>The events, in order; completed when the reader fell too far behind.</summary>
    public ChannelReader<NodeEvent> Reader => _channel.Reader;

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        _listening.Dispose();
        _channel.Writer.TryComplete();
    }
}
