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
    private Task<FlushResult> _flush = Task.FromResult(default(FlushResult));
    private bool _isEnded;

    public long Written { get; private set; }

    public SessionStream Stream => stream;

    public static byte At(long place) => (byte)(SimulatedRandom.Mix((ulong)place >> 3) >> (int)(place & 7) * 8);

    public void Write()
    {
        while (!_isEnded && _flush.IsCompleted)
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
            _flush = stream.Output.FlushAsync().AsTask();
        }
    }
}

/// <summary>Reads a stream and checks each byte.</summary>
internal sealed class IncomingBytes(SessionStream stream)
{
    public static readonly StreamKind Kind = new(7);

    public long Count { get; private set; }

    public bool IsEnded { get; private set; }

    public SessionStream Stream => stream;

    public void Read()
    {
        while (!IsEnded && stream.Input.TryRead(out var read))
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
}
