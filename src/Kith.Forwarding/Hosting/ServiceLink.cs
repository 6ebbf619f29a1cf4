using System.Threading.Channels;
using Kith.Forwarding.Service;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <summary>One session for forwarding and its stream of kind 6: hands on datagrams and frames, sends frames, and ends with whichever ends first. For several threads.</summary>
/// <param name="session">The session, which ends with the link.</param>
/// <param name="stream">The stream.</param>
/// <param name="datagrams">Told of datagrams, some at once.</param>
/// <param name="frame">Told of a frame; false ends the link.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceLink(ISession session, IStream stream, Action<ServiceLink, IReadOnlyList<byte[]>> datagrams, Func<ServiceLink, ServiceFrame, bool> frame, TimeProvider time) : IDisposable
{
    private readonly Channel<ServiceFrame> _unsent = Channel.CreateBounded<ServiceFrame>(new BoundedChannelOptions(HostingLimits.MaxFramesWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();
    private long _usedAt = time.GetTimestamp();

    public ISession Session { get; } = session;

    /// <summary>How long nothing of worth went over it.</summary>
    public TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref _usedAt));

    /// <summary>When it may be asked for a list again, as <see cref="TimeProvider.GetTimestamp"/> tells it.</summary>
    public long ListedAt { get; set; }

    /// <summary>Sends a datagram that may get lost.</summary>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        Volatile.Write(ref _usedAt, time.GetTimestamp());
        return Session.TrySendDatagram(datagram);
    }

    /// <summary>Sends a frame; too many that wait end the link.</summary>
    public void Write(ServiceFrame sent)
    {
        if (!_unsent.Writer.TryWrite(sent))
            End();
    }

    /// <summary>Ends it.</summary>
    public void End()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose() => _ending.Dispose();

    /// <summary>Works until it ends; the session is closed then.</summary>
    public async Task RunAsync()
    {
        var sending = GuardAsync(SendAsync);
        var carrying = GuardAsync(CarryAsync);
        await GuardAsync(ReceiveAsync).ConfigureAwait(false);
        await Task.WhenAll(sending, carrying).ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
        await Session.CloseAsync().ConfigureAwait(false);
    }

    // Whichever ends takes the others along.
    private async Task GuardAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_ending.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException or ChannelClosedException)
        {
            // The end of it, whoever ended it.
        }

        End();
    }

    private async Task CarryAsync(CancellationToken cancellationToken)
    {
        while (await Session.Datagrams.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var batch = new List<byte[]>();
            while (batch.Count < HostingLimits.MaxBatch && Session.Datagrams.TryRead(out var datagram))
                batch.Add(datagram.ToArray());
            Volatile.Write(ref _usedAt, time.GetTimestamp());
            datagrams(this, batch);
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await stream.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var rest = read.Buffer;
            ServiceFrame.Status status;
            while ((status = ServiceFrame.TryTake(ref rest, out var taken)) == ServiceFrame.Status.Taken)
            {
                if (!frame(this, taken!))
                    return;
            }

            stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
            if (status == ServiceFrame.Status.Malformed || read.IsCompleted)
                return;
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        using var writer = new WireWriter();
        while (await _unsent.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_unsent.Reader.TryRead(out var next))
            {
                writer.Clear();
                next.Write(writer);
                await stream.Output.WriteAsync(writer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
