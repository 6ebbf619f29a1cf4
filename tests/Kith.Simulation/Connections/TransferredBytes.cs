using System.Buffers;
using System.IO.Pipelines;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Transport.Sessions;

namespace Kith.Simulation.Connections;

/// <summary>Writes bytes that follow from their place as fast as the stream takes them, then ends the output.</summary>
internal sealed class OutgoingBytes(SessionStream stream, long count)
{
    private const int AtOnce = 16 * 1024;
    private bool _isEnded;

    public long Written { get; private set; }

    public SessionStream Stream => stream;

    public static byte At(long place) => (byte)(SimulatedRandom.Mix((ulong)place >> 3) >> (int)(place & 7) * 8);

    public void Write()
    {
        // So much fits that no flush ever waits: its continuation would run on another thread.
        while (!_isEnded && stream.OutputError is null && Written + AtOnce - (long)stream.Transfer!.Taken < SessionLimits.SendBuffer)
        {
            if (Written == count)
            {
                stream.Output.Complete();
                stream.Input.Complete();
                _isEnded = true;
                return;
            }

            var size = (int)Math.Min(AtOnce, count - Written);
            var span = stream.Output.GetSpan(size);
            for (var i = 0; i < size; i++)
                span[i] = At(Written + i);
            stream.Output.Advance(size);
            Written += size;
            Assert.True(stream.Output.FlushAsync().AsTask().IsCompleted);
        }
    }
}

/// <summary>Reads a stream and checks each byte. A session that ends badly ends the reading, with <see cref="IsEnded"/> still false.</summary>
internal sealed class IncomingBytes(SessionStream stream)
{
    public static readonly StreamKind Kind = new(7);

    public long Count { get; private set; }

    public bool IsEnded { get; private set; }

    public SessionStream Stream => stream;

    public void Read()
    {
        while (!IsEnded && TryRead(out var read))
        {
            foreach (var part in read.Buffer)
            {
                foreach (var value in part.Span)
                    Assert.Equal(OutgoingBytes.At(Count++), value);
            }

            stream.Input.AdvanceTo(read.Buffer.End);
            if (!read.IsCompleted)
                continue;
            IsEnded = true;
            stream.Input.Complete();
            stream.Output.Complete();
        }
    }

    private bool TryRead(out ReadResult read)
    {
        try
        {
            return stream.Input.TryRead(out read);
        }
        catch (Exception error) when (error is SessionException or StreamException)
        {
            read = default;
            return false;
        }
    }
}
