using System.Buffers;
using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Service;
using Kith.Forwarding.Sphinx;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Meeting;

public sealed class MeetingFormatTests
{
    private readonly SimulatedRandom _random = new(7);

    [Fact]
    public void Address_RoundTrips_AndAnythingElseIsRefused()
    {
        var address = new MeetingAddress(Forwarders.Make(_random, Forwarders.At(3)), MeetingSecret.Draw(_random).Handle, _random.NextBytes(MeetingAddress.KeySize));
        Assert.True(MeetingAddress.TryParse(address.ToString(), out var read));
        Assert.Equal((address.Handle, address.Node.Key), (read.Handle, read.Node.Key));
        Assert.Equal(address.Key.ToArray(), read.Key.ToArray());
        var bytes = address.ToArray();
        for (var size = 0; size < bytes.Length; size++)
            Assert.False(MeetingAddress.TryRead(bytes.AsSpan(0, size), out _));
        Assert.False(MeetingAddress.TryRead([.. bytes, 0], out _));
        bytes[^1] ^= 1;
        Assert.False(MeetingAddress.TryRead(bytes, out _));
        Assert.False(MeetingAddress.TryParse("meet/" + new string('A', 10_000), out _));
        Assert.False(MeetingAddress.TryParse("meet/!", out _));
    }

    [Fact]
    public void Frames_RoundTrip_PieceByPiece()
    {
        var secret = MeetingSecret.Draw(_random);
        ServiceFrame[] frames =
        [
            new ListFrame(7), new ListedFrame(true, [Forwarders.Make(_random, Forwarders.At(1)), Forwarders.Make(_random, Forwarders.At(2))]), new RegisterFrame(secret),
            new RegisteredFrame(secret.Handle, true), new ForgetFrame(secret), new PingFrame(5), new PongFrame(ulong.MaxValue),
        ];
        foreach (var frame in frames)
        {
            using var writer = new WireWriter();
            frame.Write(writer);
            for (var size = 0; size < writer.Length; size++)
            {
                var part = new ReadOnlySequence<byte>(writer.WrittenMemory[..size]);
                Assert.Equal(ServiceFrame.Status.More, ServiceFrame.TryTake(ref part, out _));
            }

            var whole = new ReadOnlySequence<byte>(writer.ToArray());
            Assert.Equal(ServiceFrame.Status.Taken, ServiceFrame.TryTake(ref whole, out var read));
            Assert.True(whole.IsEmpty);
            if (frame is ListedFrame listed)
                Assert.Equal(listed.Descriptors.Select(static one => one.Key), Assert.IsType<ListedFrame>(read).Descriptors.Select(static one => one.Key));
            else
                Assert.Equal(frame, read);
        }
    }

    [Fact]
    public void List_WhoseFirstDoesNotHold_SaysNobodyIsItsMaker()
    {
        var good = Forwarders.Make(_random, Forwarders.At(1));
        using var writer = new WireWriter();
        writer.WriteByte(2);
        using var body = new WireWriter();
        body.WriteByte(1);
        body.WriteByte(2);
        var bad = good.Encoded.ToArray();
        bad[^1] ^= 1;
        body.WriteLengthPrefixed(bad);
        body.WriteLengthPrefixed(good.Encoded);
        writer.WriteLengthPrefixed(body.WrittenSpan);
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(ServiceFrame.Status.Taken, ServiceFrame.TryTake(ref buffer, out var frame));
        var listed = Assert.IsType<ListedFrame>(frame);
        Assert.False(listed.IsFirstOwn);
        Assert.Single(listed.Descriptors);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0800")] // no such type
    [InlineData("0100")] // LIST without a body
    [InlineData("01020101")] // LIST with too much
    [InlineData("02020021")] // more descriptors than there may be
    [InlineData("0280010000")] // longer than a frame may be
    [InlineData("06080000000000000000ff")] // a good one and a beginning
    public void Frame_ThatIsNone_IsMalformed(string hex)
    {
        var buffer = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        var status = ServiceFrame.TryTake(ref buffer, out var frame);
        if (hex.StartsWith("06", StringComparison.Ordinal))
            Assert.Equal((ServiceFrame.Status.Taken, 1L), (status, buffer.Length));
        else if (hex == "00")
            Assert.Equal(ServiceFrame.Status.More, status);
        else
            Assert.Equal((ServiceFrame.Status.Malformed, null), (status, frame));
    }

    [Fact]
    public void Delivery_RoundTrips_AndAPacketIsNone()
    {
        var handle = MeetingSecret.Draw(_random).Handle;
        var payload = _random.NextBytes(SphinxFormat.PayloadSize);
        var datagram = MeetingDelivery.Make(handle, payload, _random);
        Assert.Equal(SphinxFormat.PacketSize, datagram.Length);
        Assert.True(MeetingDelivery.TryRead(datagram, out var read, out var bytes));
        Assert.Equal(handle, read);
        Assert.Equal(payload, bytes);
        datagram[0] = SphinxFormat.Version;
        Assert.False(MeetingDelivery.TryRead(datagram, out _, out _));
        Assert.False(MeetingDelivery.TryRead(datagram.AsSpan(1), out _, out _));
    }

    [Fact]
    public void Content_ThatIsNone_IsRefused()
    {
        Assert.False(MeetingContent.TryRead([], out _));
        Assert.False(MeetingContent.TryRead([3], out _));
        Assert.False(MeetingContent.TryRead([1, 0, 0], out _));
        Assert.False(MeetingContent.TryRead([2, 0, 0], out _));
        Assert.True(MeetingContent.TryRead(new LoopContent(9).ToArray(), out var loop));
        Assert.Equal(new LoopContent(9), loop);
        Assert.True(MeetingContent.TryRead(new byte[20], out var dummy));
        Assert.IsType<DummyContent>(dummy);
    }
}
