using System.Buffers;
using Kith.Delivery.Routes;
using Kith.Delivery.Routes.Frames;

namespace Kith.Fuzz.Tests;

internal static class DeliveryTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All => [("peer frames", Frames)];

    private static FuzzTarget Frames()
    {
        var writer = new ArrayBufferWriter<byte>();
        PeerFrameWriter.Write(writer, PeerFrameType.Envelope, new byte[512]);
        PeerFrameWriter.Write(writer, PeerFrameType.BundleRequest, new byte[40]);
        PeerFrameWriter.Write(writer, PeerFrameType.Bundle, new byte[2000]);
        PeerFrameWriter.Write(writer, (PeerFrameType)900, []);
        return new FuzzTarget("peer frames", [writer.WrittenSpan.ToArray()], input =>
        {
            var rest = new ReadOnlySequence<byte>(input);
            while (PeerFrameReader.Read(rest, out _, out var body, out var after) == FrameResult.Frame)
            {
                // Type and length take 2 to 16 bytes: a reader that stood still would never end.
                Assert.InRange(rest.Length - after.Length - body.Length, 2, 16);
                rest = after;
            }

            return rest.IsEmpty;
        });
    }
}
