using System.Buffers;
using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Service;
using Kith.Forwarding.Sphinx;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Paths and meeting points: what neighbours, strangers and contacts say.</summary>
internal static class PathTargets
{
    private const long Now = 1_790_000_000_000;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        // A signature is looked at for each that is long enough, so there are fewer.
        ("forwarder descriptors", () => new FuzzTarget("forwarder descriptors", [Descriptor().Encoded.ToArray()], static input => ForwarderDescriptor.TryRead(input, out _), Longest: 400, Cost: 10, FullRun: 100_000)),
        ("forwarding frames", () => new FuzzTarget("forwarding frames", [Frame(new ListFrame(3)), Frame(new ListedFrame(true, [Descriptor()])), Frame(new RegisterFrame(default)), Frame(new PingFrame(9))], Frames, Longest: 600, Cost: 10, FullRun: 100_000)),
        ("service messages", () => new FuzzTarget("service messages", [new StockMessage(default, new byte[ReplyBlock.ShortSize], new byte[ReplyBlock.MaxSize]).ToArray(), new ReplyMessage(new byte[ReplyBlock.ShortSize], new byte[16]).ToArray(), new ForgetMessage(default).ToArray()],
            static input => ServiceMessage.TryRead(input, out _), Longest: SphinxFormat.BodySize)),
        ("meeting contents", () => new FuzzTarget("meeting contents", [new PieceContent(new Piece(MessageId.FromBytes(new byte[16]), 0, 2, new byte[9], new byte[9])).ToArray(),
            new PieceContent(new Piece(MessageId.FromBytes(new byte[16]), 0, 1, new byte[ReplyBlock.ShortSize], new byte[Piece.WholeSize])).ToArray(), new LoopContent(3).ToArray()],
            static input => MeetingContent.TryRead(input, out _), Longest: SphinxFormat.BodySize)),
        ("meeting addresses", () => new FuzzTarget("meeting addresses", [new MeetingAddress(Descriptor(), default, new byte[MeetingAddress.KeySize]).ToArray()],
            static input => MeetingAddress.TryRead(input, out _), Longest: MeetingAddress.MaxSize + 10, Cost: 10, FullRun: 100_000)),
    ];

    private static bool Frames(byte[] input)
    {
        var buffer = new ReadOnlySequence<byte>(input);
        var isTaken = false;
        while (ServiceFrame.TryTake(ref buffer, out _) == ServiceFrame.Status.Taken)
            isTaken = true;
        return isTaken;
    }

    private static ForwarderDescriptor Descriptor()
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        return ForwarderDescriptor.Sign(key, Now, [new PublicForwardingKey(ForwardingEpoch.At(Now), key.PublicKey)], [Endpoint.FromIPv4(0x0B00_0001, 4711)], null, SystemRandom.Instance);
    }

    private static byte[] Frame(ServiceFrame frame)
    {
        using var writer = new WireWriter();
        frame.Write(writer);
        return writer.ToArray();
    }
}
