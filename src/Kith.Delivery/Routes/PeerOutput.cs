using System.IO.Pipelines;
using Kith.Delivery.Routes.Frames;
using Kith.Transport;

namespace Kith.Delivery.Routes;

/// <summary>
/// The sending side of a peer stream: a bounded queue in front of it, emptied on the thread that sends as long as the stream takes it, so that a message leaves
/// without a change of threads; else as soon as it does.
/// </summary>
internal sealed class PeerOutput(PipeWriter pipe, Action onReady, Action<Exception> onFailed)
{
    private readonly Lock _gate = new(); // guards everything below
    private readonly Queue<(PeerFrameType Type, ReadOnlyMemory<byte> Body)> _queue = new();
    private int _queued;
    private bool _refused;
    private bool _writing;
    private bool _ended;
    private Task _waiting = Task.CompletedTask;

    /// <summary>Takes bodies from the front as many as there is room for; returns how many.</summary>
    public int Send(PeerFrameType type, ReadOnlySpan<ReadOnlyMemory<byte>> bodies)
    {
        var taken = 0;
        lock (_gate)
        {
            if (_ended)
                return 0;
            foreach (var body in bodies)
            {
                if (_queued > 0 && _queued + body.Length > PeerProtocol.SendBuffer)
                {
                    _refused = true;
                    break;
                }

                _queue.Enqueue((type, body));
                _queued += body.Length;
                taken++;
            }

            if (_writing || taken == 0)
                return taken;
            _writing = true;
        }

        Write();
        return taken;
    }

    /// <summary>Takes nothing more and forgets what waits; completes when nothing writes any more.</summary>
    public async Task EndAsync()
    {
        Task? waiting = null;
        while (true)
        {
            lock (_gate)
            {
                _ended = true;
                _queue.Clear();
                if (ReferenceEquals(waiting, _waiting))
                    return;
                waiting = _waiting;
            }

            await waiting.ConfigureAwait(false);
        }
    }

    // Only one thread is here at a time: the one that set _writing.
    private void Write()
    {
        try
        {
            while (FillChunk())
            {
                var flush = pipe.FlushAsync();
                if (!flush.IsCompletedSuccessfully)
                {
                    lock (_gate)
                        _waiting = WaitAsync(flush);
                    return;
                }

                if (flush.GetAwaiter().GetResult().IsCompleted)
                    throw new SessionException(SessionErrorCode.None, "the other node reads no more");
            }
        }
        catch (Exception error) when (error is SessionException or StreamException or InvalidOperationException)
        {
            Fail(error);
        }
    }

    private async Task WaitAsync(ValueTask<FlushResult> flush)
    {
        // Off the caller's stack, which holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await flush.ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or InvalidOperationException)
        {
            Fail(error);
            return;
        }

        Write();
    }

    private bool FillChunk()
    {
        var ready = false;
        var size = 0;
        while (size < PeerProtocol.SendChunk)
        {
            (PeerFrameType Type, ReadOnlyMemory<byte> Body) frame;
            lock (_gate)
            {
                if (_ended || !_queue.TryDequeue(out frame))
                {
                    if (size == 0)
                        _writing = false;
                    break;
                }

                _queued -= frame.Body.Length;
                if (_refused && _queued <= PeerProtocol.SendBuffer / 2)
                    (_refused, ready) = (false, true);
            }

            size += PeerFrameWriter.Write(pipe, frame.Type, frame.Body.Span);
        }

        if (ready)
            onReady();
        return size > 0;
    }

    private void Fail(Exception error)
    {
        lock (_gate)
        {
            _ended = true;
            _writing = false;
            _queue.Clear();
        }

        onFailed(error);
    }
}
