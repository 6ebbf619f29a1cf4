using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Kith.Lab.Tests.Capture;

/// <summary>What the captures' tests take for what: their proof is worth no more.</summary>
public sealed class CapturedPacketTests
{
    private static readonly IPAddress Sender = IPAddress.Parse("23.77.1.2");
    private static readonly IPAddress Receiver = IPAddress.Parse("28.77.1.2");

    [Theory]
    [InlineData("d1:ad2:id20:", true)]
    [InlineData("@abcdefghijk", false)]
    public void RefusedDatagram_IsKnownByWhatItCarried_NotByItsAddresses(string payload, bool isOverlay)
    {
        Assert.True(CapturedPacket.TryRead(Refusal(Udp(Encoding.ASCII.GetBytes(payload))), out var packet));
        Assert.Equal(isOverlay, packet.IsOfOverlay);
        Assert.False(packet.IsOverlay);
        Assert.Equal(payload, Encoding.ASCII.GetString(packet.Content));
        // In the header the receiver's address stands before the sender's port, as if it were its own.
        var trace = new AddressTraces(new IPEndPoint(Receiver, 7300));
        Assert.True(trace.IsIn(packet.Payload));
        Assert.False(trace.IsIn(packet.Content));
    }

    [Fact]
    public void AddressInWhatIsRefused_IsSeen()
    {
        var trace = new AddressTraces(new IPEndPoint(IPAddress.Parse("29.77.1.2"), 7300));
        Assert.True(CapturedPacket.TryRead(Refusal(Udp([0x40, .. IPAddress.Parse("29.77.1.2").GetAddressBytes(), 7300 >> 8, 7300 & 0xff])), out var packet));
        Assert.False(packet.IsOfOverlay);
        Assert.True(trace.IsIn(packet.Content));
    }

    [Fact]
    public void OtherIcmp_IsTakenAsItIs()
    {
        Assert.True(CapturedPacket.TryRead(Ip(1, Receiver, Sender, [8, 0, 0, 0, 0, 1, 0, 1, .. Udp([(byte)'d', (byte)'1'])]), out var packet));
        Assert.Null(packet.Refused);
        Assert.Equal(packet.Payload, packet.Content);
    }

    private static byte[] Refusal(byte[] refused) => Ip(1, Receiver, Sender, [3, 3, 0, 0, 0, 0, 0, 0, .. refused]);

    private static byte[] Udp(byte[] payload)
    {
        byte[] udp = [7300 >> 8, 7300 & 0xff, 60313 >> 8, 60313 & 0xff, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(udp.AsSpan(4), (ushort)udp.Length);
        return Ip(17, Sender, Receiver, udp);
    }

    private static byte[] Ip(byte protocol, IPAddress from, IPAddress to, byte[] rest)
    {
        byte[] packet = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, .. from.GetAddressBytes(), .. to.GetAddressBytes(), .. rest];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        return packet;
    }
}
