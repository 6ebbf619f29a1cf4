using Kith.Crypto;
using Kith.Transport.Connections;
using Kith.Transport.Frames;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>Layouts and arithmetic of packets, against the documents.</summary>
public sealed class PacketTests
{
    [Theory]
    [InlineData(0xac5c02L, 0xabe8b3L, 2)] // RFC 9000 appendix A.2
    [InlineData(0xace8feL, 0xabe8b3L, 3)]
    [InlineData(0L, -1L, 1)]
    [InlineData(1L << 40, -1L, 4)]
    public void NumberSize_OfTheRfcsExamples_IsTheirs(long number, long acknowledged, int size) =>
        Assert.Equal(size, ShortHeader.NumberSize(number, acknowledged));

    [Theory]
    [InlineData(0xa82f30eaL, 0x9b32u, 2, 0xa82f9b32L)] // RFC 9000 appendix A.3
    [InlineData(-1L, 0u, 1, 0L)]
    [InlineData(254L, 0xffu, 1, 255L)]
    [InlineData(255L, 0u, 1, 256L)]
    [InlineData(300L, 0xf0u, 1, 240L)]
    public void ExpandNumber_FromItsLastBytes_FindsIt(long largest, uint truncated, int size, long number) =>
        Assert.Equal(number, ShortHeader.ExpandNumber(largest, truncated, size));

    [Fact]
    public void HeaderMask_OfTheRfcsExample_IsTheirs()
    {
        // RFC 9001 appendix A.5.
        var key = Convert.FromHexString("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4");
        var sample = Convert.FromHexString("5e5cd55c41f69080575d7999c25a5bfb");
        var mask = new byte[5];
        ChaCha20HeaderMask.Compute(key, sample, mask);
        Assert.Equal("aefefe7d03", Convert.ToHexStringLower(mask));
    }

    [Fact]
    public void ShortHeader_Written_IsLaidOutAsSaid()
    {
        var bytes = new byte[13];
        Assert.Equal(11, ShortHeader.Write(bytes, 0x0102030405060708, phase: true, 0x123456, 2));
        Assert.Equal("4501020304050607083456", Convert.ToHexStringLower(bytes.AsSpan(0, 11)));
        Assert.Equal(0x0102030405060708ul, ShortHeader.IdOf(bytes));
    }

    [Fact]
    public void Packet_SealedAndOpened_IsTheSame()
    {
        var secret = StreamIo.Bytes(32);
        using var sealer = new PacketSealer(new PacketSecrets(new SecretBytes(secret)));
        using var opener = new PacketOpener(new PacketSecrets(new SecretBytes(secret)));
        var packet = new byte[64];
        var header = ShortHeader.Write(packet, 5, sealer.Phase, 7, 1);
        packet.AsSpan(header, 10).Fill(0xaa);
        var size = sealer.Seal(packet, header, 1, 7, 10);
        Assert.Equal(header + 26, size);
        Assert.NotEqual(0xaa, packet[header]);
        byte[] golden = [.. packet.AsSpan(0, size)];
        Assert.True(opener.TryOpen(packet.AsSpan(0, size), out var number, out var plaintext, out var reserved));
        Assert.Equal((7L, false), (number, reserved));
        Assert.Equal(Enumerable.Repeat((byte)0xaa, 10), plaintext.ToArray());

        // Keys as the document derives them, computed here by hand.
        var headerKey = new byte[32];
        var key = new byte[32];
        Blake2s.Hash(secret, "kith-udp-header-v1"u8, headerKey);
        Blake2s.Hash(secret, "kith-udp-key-v1"u8, key);
        var mask = new byte[5];
        ChaCha20HeaderMask.Compute(headerKey, golden.AsSpan(13, 16), mask);
        golden[0] ^= (byte)(mask[0] & 0x1f);
        golden[9] ^= mask[1];
        Assert.Equal("40000000000000000507", Convert.ToHexStringLower(golden.AsSpan(0, 10)));
        var opened = new byte[10];
        Assert.True(ChaCha20Poly1305Aead.TryOpen(key, [0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0], golden.AsSpan(0, 10), golden.AsSpan(10), opened));
        Assert.Equal(plaintext.ToArray(), opened);
    }

    [Fact]
    public void Packet_OfTheLastPhase_OpensWhileItsKeyIsKept()
    {
        var secret = StreamIo.Bytes(32);
        using var sealer = new PacketSealer(new PacketSecrets(new SecretBytes(secret)));
        using var opener = new PacketOpener(new PacketSecrets(new SecretBytes(secret)));
        var late = Seal(sealer, 3);
        var later = Seal(sealer, 4);
        sealer.Update();
        Assert.True(opener.TryOpen(Seal(sealer, 5), out _, out _, out _));
        Assert.Equal(1, opener.Generation);
        Assert.True(opener.TryOpen(late, out var number, out _, out _));
        Assert.Equal(3, number);
        opener.DropLastKey();
        Assert.False(opener.TryOpen(later, out _, out _, out _));
        sealer.Update();
        sealer.Update(); // two at once: the other side cannot follow, and must not
        Assert.False(opener.TryOpen(Seal(sealer, 6), out _, out _, out _));
    }

    [Fact]
    public void Initial_Written_IsLaidOutAsSaid()
    {
        var packet = new byte[1200];
        var at = InitialPacket.WriteHeader(packet, 0x02, 0x0102030405060708, 300);
        Assert.Equal("c0010201020304050607080" + "12c", Convert.ToHexStringLower(packet.AsSpan(0, at)));
        new HandshakeMacs(null, null).WriteFirst(packet);
        var key = new byte[32];
        Blake2s.Hash("kith-udp-mac-v1\0xx"u8, key);
        var mac = new byte[16];
        Blake2b.Hash(key, packet.AsSpan(0, at + 300), mac);
        Assert.Equal(mac, packet[1168..1184]);
        Assert.Equal(new byte[16], packet[1184..]);
    }

    [Fact]
    public void Parameters_ReadBack_AreTheSame()
    {
        var parameters = ConnectionParameters.From(ConnectionOptions.Default, new Bits128(1, 2), 3);
        Assert.True(ConnectionParameters.TryParse(parameters.ToArray(), out var read));
        Assert.Equal(parameters, read);
    }

    public static TheoryData<string, byte[]> BadParameters
    {
        get
        {
            var good = ConnectionParameters.From(ConnectionOptions.Default, new Bits128(1, 2), 3).ToArray();
            return new TheoryData<string, byte[]>
            {
                { "none", [] },
                { "one twice", [.. good, 6, 1, 5] },
                { "one of ordered carriers twice", [.. good, 1, 1, 5] },
                { "cut short", good[..^1] },
                { "no connection id", good[..^10] },
                { "datagrams that are too small", (ConnectionParameters.From(ConnectionOptions.Default, new Bits128(0, 1), 3) with { MaxDatagram = 1199 }).ToArray() },
                { "a value with something behind it", [.. good, 5, 2, 5, 5] },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BadParameters))]
    public void Parameters_NotAsSaid_AreRefused(string what, byte[] bytes) => Assert.False(ConnectionParameters.TryParse(bytes, out _), what);

    [Fact]
    public void Ranges_AddedAndRemoved_AreWhatASetWouldHold()
    {
        var random = new Random(4);
        var ranges = new RangeSet();
        var set = new HashSet<int>();
        for (var i = 0; i < 5000; i++)
        {
            var start = random.Next(200);
            var end = start + random.Next(1, 20);
            var all = Enumerable.Range(start, end - start).ToList();
            if (random.Next(2) == 0)
            {
                Assert.Equal((ulong)all.Count(one => !set.Contains(one)), ranges.Add((ulong)start, (ulong)end));
                set.UnionWith(all);
            }
            else
            {
                ranges.Remove((ulong)start, (ulong)end);
                set.ExceptWith(all);
            }

            Assert.Equal(all.TrueForAll(set.Contains), ranges.Contains((ulong)start, (ulong)end));
            var held = Enumerable.Range(0, ranges.Count).SelectMany(at => Enumerable.Range((int)ranges[at].Start, (int)(ranges[at].End - ranges[at].Start)));
            Assert.Equal(set.Order(), held);
            var missing = all.FindIndex(one => !set.Contains(one));
            Assert.Equal(missing >= 0, ranges.TryNextMissing((ulong)start, (ulong)end, out var from, out _));
            if (missing >= 0)
                Assert.Equal((ulong)all[missing], from);
        }
    }

    [Fact]
    public void Chunks_WrittenInAnyOrder_AreReadBack()
    {
        var bytes = StreamIo.Bytes(300_000);
        var chunks = new StreamChunks();
        foreach (var piece in Enumerable.Range(0, 300).OrderBy(static at => (at * 7919) % 300))
            chunks.Write((ulong)(piece * 1000) + 50_000, bytes.AsSpan(piece * 1000, 1000));
        var read = new byte[bytes.Length];
        chunks.Read(50_000, read);
        Assert.Equal(bytes, read);
        chunks.ReleaseBelow(200_000, 350_000);
        var rest = new byte[150_000];
        chunks.Read(200_000, rest);
        Assert.Equal(bytes[150_000..], rest);
        chunks.ReleaseBelow(350_000, 350_000);
        chunks.Write(10_000_000, [1, 2]);
        chunks.Read(10_000_000, read.AsSpan(0, 2));
        Assert.Equal([1, 2], read[..2]);
    }

    [Fact]
    public void Ack_OfWhatCame_ReadsBackAsTheSameRanges()
    {
        var received = new ReceivedPackets();
        foreach (var number in new long[] { 0, 1, 2, 5, 6, 9, 70 })
        {
            Assert.True(received.IsNew(number));
            received.Add(TimeSpan.Zero, number, isEliciting: true);
            Assert.False(received.IsNew(number));
        }

        var bytes = new byte[100];
        var writer = new FrameWriter(bytes);
        Assert.True(received.TryWrite(TimeSpan.FromMilliseconds(8), ref writer, out var largest));
        Assert.Equal(70, largest);
        // largest 70, delay 8000 µs / 8 = 1000, three more ranges: 70; 9; 5 to 6; 0 to 2
        Assert.Equal("03404643e8030" + "03b00010101" + "02", Convert.ToHexStringLower(bytes.AsSpan(0, writer.Length)));
        Assert.Null(received.Due);
        received.Confirmed(70);
        Assert.False(received.IsNew(8));
        Assert.True(received.IsNew(71));
    }

    [Fact]
    public void Padding_OfARun_IsOneFrame()
    {
        byte[] packet = [0, 0, 0, (byte)FrameType.Ping, .. new byte[1_000]];
        var reader = new WireReader(packet);
        List<(FrameType, int)> read = [];
        while (PacketFrame.TryRead(ref reader, out var frame))
            read.Add((frame.Type, reader.Consumed));
        Assert.Equal([(FrameType.Padding, 3), (FrameType.Ping, 4), (FrameType.Padding, packet.Length)], read);
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void Ack_OfOneThatOnlyADatagramAsksFor_IsDueAtOnceAfterASilence_AndOfMoreAsOfAnyOther()
    {
        var received = new ReceivedPackets();
        void Written(TimeSpan now)
        {
            var writer = new FrameWriter(new byte[100]);
            Assert.True(received.TryWrite(now, ref writer, out _));
        }

        var now = TimeSpan.FromSeconds(1);
        received.Add(now, 0, isEliciting: true, isLone: true);
        Assert.Equal(now, received.Due);
        Written(now);
        now += ConnectionLimits.MaxAckDelay;
        received.Add(now, 1, isEliciting: true, isLone: true);
        Assert.Equal(now + ConnectionLimits.MaxAckDelay, received.Due);
        received.Add(now, 2, isEliciting: true, isLone: true);
        Assert.Equal(now, received.Due);
        Written(now);
        now += 2 * ConnectionLimits.MaxAckDelay;
        received.Add(now, 3, isEliciting: true);
        Assert.Equal(now + ConnectionLimits.MaxAckDelay, received.Due);
        received.Add(now, 4, isEliciting: false, isLone: true);
        Assert.Equal(now + ConnectionLimits.MaxAckDelay, received.Due);
    }

    private static byte[] Seal(PacketSealer sealer, long number)
    {
        var packet = new byte[40];
        var header = ShortHeader.Write(packet, 5, sealer.Phase, number, 1);
        return packet[..sealer.Seal(packet, header, 1, number, 10)];
    }
}
