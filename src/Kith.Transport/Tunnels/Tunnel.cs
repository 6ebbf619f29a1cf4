using System.Buffers;
using System.Buffers.Binary;
using System.Threading.Channels;

namespace Kith.Transport.Tunnels;

/// <summary>
/// One stream that carries datagrams, either end: sends what fits into a bounded queue, reads what comes, and ends with its session, on a length that none has, or when nothing went
/// either way for <see cref="TunnelLimits.IdleTime"/>. For several threads.
/// </summary>
internal sealed class Tunnel
{
    /// <summary>The code of a stream with a length that no datagram has.</summary>
    public const ulong MalformedCode = 1;

    private readonly ISession _session;
    private readonly IStream _stream;
    private readonly TimeProvider _time;
    private readonly Action<ReadOnlyMemory<byte>> _received;
    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(TunnelLimits.MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _usedAt;

    /// <param name="session">The session, which is closed when the tunnel ends.</param>
    /// <param name="stream">The stream on it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="received">Takes each datagram at once, on the session's loop; its bytes are good until it returns.</param>
    public Tunnel(ISession session, IStream stream, TimeProvider time, Action<ReadOnlyMemory<byte>> received)
    {
        (_session, _stream, _time, _received) = (session, stream, time, received);
        _usedAt = time.GetTimestamp();
    }

    /// <summary>When something went through last.</summary>
    public TimeSpan Unused => _time.GetElapsedTime(Interlocked.Read(ref _usedAt));

    /// <summary>Sends a datagram soon; false when it is too long, the queue is full, or the tunnel has ended: it is dropped.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length is 0 or > TunnelLimits.MaxDatagram)
            return false;
        var framed = GC.AllocateUninitializedArray<byte>(TunnelLimits.PrefixSize + datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)datagram.Length);
        datagram.CopyTo(framed.AsSpan(TunnelLimits.PrefixSize));
        return _waiting.Writer.TryWrite(framed);
    }

    /// <summary>Runs until the tunnel has ended; never faults. Closes the session.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = EndWhenIdleAsync(either);
        var writing = WriteAsync(either.Token);
        try
        {
            await ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // The end, whoever ended it.
        }

        _waiting.Writer.TryComplete();
        await either.CancelAsync().ConfigureAwait(false);
        await writing.ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        await _session.CloseAsync(cancellationToken.IsCancellationRequested ? SessionErrorCode.ShuttingDown : SessionErrorCode.None).ConfigureAwait(false);
    }

    /// <summary>Reads one datagram's frame from the front of <paramref name="buffer"/>; null when its length is none that a datagram has.</summary>
    /// <param name="buffer">What came; what was read is cut off.</param>
    /// <param name="datagram">The datagram.</param>
    internal static bool? TryRead(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> datagram)
    {
        datagram = default;
        if (buffer.Length < TunnelLimits.PrefixSize)
            return false;
        Span<byte> prefix = stackalloc byte[TunnelLimits.PrefixSize];
        buffer.Slice(0, TunnelLimits.PrefixSize).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        if (length is 0 or > TunnelLimits.MaxDatagram)
            return null;
        if (buffer.Length < TunnelLimits.PrefixSize + length)
            return false;
        datagram = buffer.Slice(TunnelLimits.PrefixSize, length);
        buffer = buffer.Slice(TunnelLimits.PrefixSize + length);
        return true;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var copy = new byte[TunnelLimits.MaxDatagram];
        while (true)
        {
            var read = await _stream.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var rest = read.Buffer;
            bool? got;
            while ((got = TryRead(ref rest, out var datagram)) == true)
            {
                Use();
                if (datagram.IsSingleSegment)
                {
                    _received(datagram.First);
                    continue;
                }

                datagram.CopyTo(copy);
                _received(copy.AsMemory(0, (int)datagram.Length));
            }

            if (got is null)
            {
                _stream.Reset(MalformedCode);
                return;
            }

            _stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                // All that waits goes in one record; the flush waits while the other side takes nothing, and the queue fills up.
                while (_waiting.Reader.TryRead(out var framed))
                    _stream.Output.Write(framed);
                Use();
                await _stream.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException or InvalidOperationException)
        {
            // The end: the reader sees it too, or has seen it.
        }
    }

    private void Use() => Interlocked.Exchange(ref _usedAt, _time.GetTimestamp());

    private async Task EndWhenIdleAsync(CancellationTokenSource running)
    {
        while (!running.IsCancellationRequested)
        {
            var left = TunnelLimits.IdleTime - Unused;
            if (left <= TimeSpan.Zero)
                await running.CancelAsync().ConfigureAwait(false);
            else
                await Task.Delay(left, _time, running.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
