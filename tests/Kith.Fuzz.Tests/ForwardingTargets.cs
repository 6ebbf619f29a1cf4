using Kith.Crypto;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Sphinx;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Forwarding: packets that anybody can send, layers that whoever knows a node's key can write, reply blocks of strangers, what comes by our own.</summary>
internal static class ForwardingTargets
{
    private const long Now = 1_790_000_000_000;
    private static readonly SphinxBuilder Builder = new(SystemRandom.Instance);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("forwarded packets", Packets),
        ("forwarded layers", Layers),
        ("reply blocks", () => new FuzzTarget("reply blocks", [Block()], ReplyBlocks, Longest: 2_000)),
        ("hop addresses", () => new FuzzTarget("hop addresses", [[1, .. new byte[17], 9, .. new byte[14]], [3, .. new byte[32]]], Address, Longest: 80)),
        ("met payloads", () => new FuzzTarget("met payloads", [Met()], input => MeetingSeal.TryOpen(new byte[MeetingSeal.KeySize], input.ToArray(), out _), Longest: 2_000)),
        ("replied payloads", Replied),
    ];

    // A key agreement each, so the full run has fewer of them.
    private static FuzzTarget Packets()
    {
        var (core, path, _) = Node(new ForgetfulForwardingStore());
        var effects = new ForwarderEffects();
        byte[][] corpus = [Message(path), Message([path[0], path[0]])];
        return new FuzzTarget("forwarded packets", corpus, input =>
        {
            var before = core.Counts.AllRefused;
            core.Take(Now, 1, input.ToArray(), effects);
            core.Advance(Now + SphinxFormat.MaxDelay, effects);
            effects.Clear();
            return core.Counts.AllRefused == before;
        }, Longest: 2_000, Cost: 20, FullRun: 100_000);
    }

    // Whoever sends can put any bytes under a MAC that fits: the first layer is what the input says.
    private static FuzzTarget Layers()
    {
        var secret = X25519PrivateKey.Generate(SystemRandom.Instance);
        var (core, path, _) = Node(new OneKey(secret));
        var effects = new ForwarderEffects();
        byte[] onward = [1, 0, 9, .. new byte[16], 0, 9, .. new byte[31]];
        return new FuzzTarget("forwarded layers", [[5], onward, [4, 1, 1, 7], [6, 0, 0, 3]], input =>
        {
            var packet = Message(path);
            Rewrite(secret, packet, input);
            var before = core.Counts.AllRefused;
            core.Take(Now, 1, packet, effects);
            core.Advance(Now + SphinxFormat.MaxDelay, effects);
            Assert.Equal(0, core.WaitingCount);
            effects.Clear();
            return core.Counts.AllRefused == before || core.Counts.Refused(PacketRefusal.BadPayload) > 0;
        }, Longest: SphinxFormat.LayerSize, Cost: 40, FullRun: 100_000);
    }

    private static void Rewrite(X25519PrivateKey node, Span<byte> packet, ReadOnlySpan<byte> layer)
    {
        var header = packet.Slice(SphinxFormat.HeaderAt, SphinxFormat.HeaderSize);
        Span<byte> secret = stackalloc byte[32];
        Span<byte> keys = stackalloc byte[HopKeys.Size];
        Assert.True(X25519PublicKey.TryParse(header.Slice(SphinxFormat.ElementAt, 32), out var element));
        Assert.True(node.TryAgree(element, secret));
        HopKeys.DeriveHeader(secret, keys);
        var routing = header.Slice(SphinxFormat.RoutingAt, SphinxFormat.RoutingSize);
        routing[..SphinxFormat.LayerSize].Clear();
        layer[..Math.Min(layer.Length, SphinxFormat.LayerSize)].CopyTo(routing);
        HopKeys.ApplyStream(keys[HopKeys.KeySize..], routing);
        Blake2b.Hash(keys[..HopKeys.KeySize], routing, header.Slice(SphinxFormat.MacAt, SphinxFormat.MacSize));
    }

    private static FuzzTarget Replied()
    {
        var (_, path, _) = Node(new ForgetfulForwardingStore());
        var book = new ReplyBook<int>();
        return new FuzzTarget("replied payloads", [new byte[SphinxFormat.PayloadSize]], input =>
        {
            if (input.Length != SphinxFormat.PayloadSize)
                return false;
            Assert.True(Builder.TryCreateReplyBlock([path[0], path[0], path[0]], out _, out var keys));
            book.Add(keys!, 1, Now);
            var payload = input.ToArray();
            Assert.True(book.TryTake(Now - 1, keys!.Id, payload, out _));
            Assert.False(SphinxPayload.TryReadBody(payload, out _));
            return true;
        }, Longest: 1_000, Cost: 20, FullRun: 50_000);
    }

    private static bool ReplyBlocks(byte[] input)
    {
        if (!ReplyBlock.TryRead(input, out var block))
            return false;
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(block!.TryBuild([1], packet));
        Assert.False(block.TryBuild([1], packet));
        return true;
    }

    private static bool Address(byte[] input)
    {
        if (!HopAddress.TryRead(input, out var address))
            return false;
        var again = new byte[HopAddress.Size];
        address.CopyTo(again);
        Assert.Equal(input, again);
        return true;
    }

    private static (ForwarderCore Core, PathHop[] Path, ForwardingKeys Keys) Node(IForwardingStore store)
    {
        var keys = new ForwardingKeys(store, SystemRandom.Instance, Now);
        Assert.True(X25519PublicKey.TryParse(new byte[32], out var transport));
        var options = new ForwarderOptions { Rate = int.MaxValue, SourceRate = int.MaxValue };
        return (new ForwarderCore(keys, options), [new PathHop(HopAddress.At(Endpoint.FromIPv4(1, 1), transport), keys.Public[0].Key, 5)], keys);
    }

    private static byte[] Message(PathHop[] path)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        Assert.True(Builder.TryBuildMessage(path, [1, 2, 3], packet));
        return packet;
    }

    private static byte[] Block()
    {
        var (_, path, _) = Node(new ForgetfulForwardingStore());
        Assert.True(Builder.TryCreateReplyBlock(path, out var block, out _));
        var bytes = new byte[block!.Size];
        block.CopyTo(bytes);
        return bytes;
    }

    private static byte[] Met()
    {
        var payload = new byte[SphinxFormat.PayloadSize];
        MeetingSeal.Seal(new byte[MeetingSeal.KeySize], [1], SystemRandom.Instance, payload);
        return payload;
    }

    private sealed class OneKey(X25519PrivateKey key) : IForwardingStore, ITagJournal
    {
        public IReadOnlyList<StoredForwardingKey> Load() => [new(ForwardingEpoch.At(Now), key.Value.ToArray(), [], this)];

        public ITagJournal? Add(int epoch, ReadOnlySpan<byte> secret) => null;

        public void Remove(int epoch)
        {
        }

        public bool TryAppend(ulong tag) => true;
    }
}
