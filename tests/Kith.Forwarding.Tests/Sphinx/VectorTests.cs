using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;
using Kith.Transport;

namespace Kith.Forwarding.Tests.Sphinx;

/// <summary>Vectors/sphinx.json, which Vectors/sphinx.py makes by docs/protocol/forwarding.md without a line of ours.</summary>
public sealed class VectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Sphinx", "Vectors", "sphinx.json"))).RootElement;

    public static TheoryData<string> Packets => [.. Vectors.GetProperty("packets").EnumerateArray().Select(packet => packet.GetProperty("random").GetString()!)];

    [Fact]
    public void Lioness_OfTheVectors_BothWays()
    {
        foreach (var vector in Vectors.GetProperty("lioness").EnumerateArray())
        {
            var block = Bytes(vector, "plain");
            Lioness.Encrypt(Bytes(vector, "key"), block);
            Assert.Equal(Bytes(vector, "cipher"), block);
            Lioness.Decrypt(Bytes(vector, "key"), block);
            Assert.Equal(Bytes(vector, "plain"), block);
        }
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void Packet_OfTheVectors_IsMadeByteForByte(string name)
    {
        var vector = Find(name);
        var builder = new SphinxBuilder(new CountingRandom(name));
        var packet = new byte[SphinxFormat.PacketSize];
        var (path, body) = (PathOf(vector), Bytes(vector, "body"));
        switch (vector.GetProperty("kind").GetString())
        {
            case "message":
                Assert.True(builder.TryBuildMessage(path, body, packet));
                break;
            case "meeting":
                Assert.True(NodeHandle.TryRead(Bytes(vector, "handle"), out var handle));
                Assert.True(builder.TryBuildMeeting(path, handle, Bytes(vector, "meetingKey"), body, packet));
                break;
            default:
                Assert.True(builder.TryCreateReplyBlock(path, out var block, out var kept));
                var id = new byte[ReplyId.Size];
                kept!.Id.CopyTo(id);
                Assert.Equal(Bytes(vector, "id"), id);
                var bytes = new byte[block!.Size];
                block.CopyTo(bytes);
                Assert.Equal(Bytes(vector, "block"), bytes);
                Assert.True(block.TryBuild(body, packet));
                break;
        }

        Assert.Equal(Bytes(vector.GetProperty("seen")[0], "packet"), packet);
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void Packet_OfTheVectors_IsProcessedByteForByte(string name)
    {
        var vector = Find(name);
        var seen = vector.GetProperty("seen").EnumerateArray().ToArray();
        var path = vector.GetProperty("path").EnumerateArray().ToArray();
        for (var i = 0; i < seen.Length; i++)
        {
            using var keys = Keys(Bytes(path[i], "private"));
            var packet = Bytes(seen[i], "packet");
            var processed = PacketProcessor.Process(keys, packet);
            Assert.Equal(PacketRefusal.None, processed.Refusal);
            Assert.Equal(Bytes(seen[i], "payload"), packet[^SphinxFormat.PayloadSize..]);
            Assert.Equal(Bytes(seen[i], "layer")[0], (byte)processed.Command);
            if (i + 1 == seen.Length)
                continue;
            Assert.Equal(Bytes(seen[i + 1], "packet"), packet);
            Assert.Equal(path[i].GetProperty("delay").GetInt32(), processed.Delay);
            Assert.True(HopAddress.TryRead(Bytes(path[i + 1], "address"), out var next));
            Assert.Equal(next, processed.Next);
        }
    }

    private static JsonElement Find(string name) => Vectors.GetProperty("packets").EnumerateArray().First(packet => packet.GetProperty("random").GetString() == name);

    private static PathHop[] PathOf(JsonElement vector) =>
    [
        .. vector.GetProperty("path").EnumerateArray().Select(hop =>
        {
            Assert.True(HopAddress.TryRead(Bytes(hop, "address"), out var address));
            using var key = X25519PrivateKey.FromBytes(Bytes(hop, "private"));
            return new PathHop(address, key.PublicKey, hop.GetProperty("delay").GetInt32());
        }),
    ];

    private static ForwardingKeys Keys(byte[] secret) => new(new KnownKey(ForwardingEpoch.At(Relays.Now), secret), SystemRandom.Instance, Relays.Now);

    private static byte[] Bytes(JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    /// <summary>The vectors' randomness: SHA-512 of a name and a counter, a fresh block for each call.</summary>
    private sealed class CountingRandom(string name) : IRandom
    {
        private int _count;

        public void Fill(Span<byte> destination)
        {
            while (!destination.IsEmpty)
            {
                var block = SHA512.HashData(Encoding.ASCII.GetBytes($"{name}/{_count++}"));
                var size = Math.Min(block.Length, destination.Length);
                block.AsSpan(0, size).CopyTo(destination);
                destination = destination[size..];
            }
        }
    }
}
