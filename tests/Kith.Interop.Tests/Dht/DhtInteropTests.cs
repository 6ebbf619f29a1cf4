using System.Text;
using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Interop.Tests.Dht;

/// <summary>Our node and one of another program, that know nobody else: what one puts or announces the other finds, so each serves the other.</summary>
public abstract class DhtInteropTests
{
    private const string Salt = "a salt";
    private static readonly byte[] Value = [.. Enumerable.Range(0, 500).Select(i => (byte)i)];
    private static readonly byte[] Seed = [.. Enumerable.Range(7, 32).Select(i => (byte)i)];
    private static readonly Ed25519PrivateKey Key = Ed25519PrivateKey.FromSeed(Seed);

    [Fact]
    public async Task WeJoinThroughIt_AndItKnowsUs()
    {
        await using var peer = await StartAsync();
        await using var node = new KithDhtNode();
        var answer = await node.PingAsync(peer.Port);
        Assert.NotNull(answer.Id);
        Assert.Equal(1, node.Known);
    }

    [Fact]
    public async Task ItJoinsThroughUs_AndWeKnowIt()
    {
        await using var node = new KithDhtNode();
        await using var peer = await StartAsync();
        Assert.Equal(1, (int)(await peer.AskAsync("add", ("port", node.Port)))["nodes"]!);
        while (node.Known == 0)
            await Task.Yield();
    }

    [Fact]
    public async Task ImmutableItemOfOurs_ItFinds()
    {
        await using var meeting = await MeetAsync();
        var item = DhtItem.Immutable(DhtItem.Encode(Value));
        Assert.Equal(2, (await meeting.Node.PutAsync(item)).Stored);
        await using var other = await StartAsync();
        _ = await other.AskAsync("add", ("port", meeting.Node.Port));
        Assert.Equal(Hex(Value), (string?)(await other.AskAsync("get", ("target", item.Target.ToString())))["value"]);
    }

    [Fact]
    public async Task ImmutableItemOfIts_WeFind()
    {
        await using var meeting = await MeetAsync();
        var put = await meeting.Peer.AskAsync("put", ("value", Hex(Value)));
        Assert.InRange((int)put["nodes"]!, 1, 2);
        Assert.Equal(1, meeting.Node.StoredItems);
        await using var other = new KithDhtNode();
        _ = await other.PingAsync(meeting.Peer.Port);
        Assert.True(NodeId.TryRead(Convert.FromHexString((string)put["target"]!), out var target));
        Assert.True((await other.GetAsync(DhtTarget.Immutable(target))).Item!.TryReadBytes(out var found));
        Assert.Equal(Value, found);
    }

    [Fact]
    public async Task MutableItemOfOurs_ItFindsTheNewest()
    {
        await using var meeting = await MeetAsync();
        Assert.Equal(2, (await meeting.Node.PutAsync(Sign(1, "one"))).Stored);
        Assert.Equal(2, (await meeting.Node.PutAsync(Sign(2, "two"), cas: 1)).Stored);
        await using var other = await StartAsync();
        _ = await other.AskAsync("add", ("port", meeting.Node.Port));
        var found = await other.AskAsync("get", ("target", Sign(1, "one").Target.ToString()), ("key", Hex(Key.PublicKey.ToArray())), ("salt", Hex(Encoding.ASCII.GetBytes(Salt))));
        Assert.Equal((Hex("two"u8.ToArray()), 2), ((string?)found["value"], (int?)found["seq"]));
    }

    [Fact]
    public async Task MutableItemOfIts_WeFind()
    {
        await using var meeting = await MeetAsync();
        _ = await PutAsync(meeting.Peer, "one", 1);
        Assert.Equal(1, meeting.Node.StoredItems);
        await using var other = new KithDhtNode();
        _ = await other.PingAsync(meeting.Peer.Port);
        var found = (await other.GetAsync(DhtTarget.Mutable(Key.PublicKey, Encoding.ASCII.GetBytes(Salt)))).Item!;
        Assert.Equal(("one", 1), (Text(found), found.Sequence));
    }

    [Fact]
    public async Task OldSequence_ItRefuses()
    {
        await using var meeting = await MeetAsync();
        _ = await meeting.Node.PutAsync(Sign(5, "five"));
        var refused = await meeting.Node.PutAsync(Sign(4, "four"));
        Assert.Equal((0, 2, DhtError.SequenceTooOld), (refused.Stored, refused.Refused, refused.Refusal));
    }

    [Fact]
    public async Task OtherCas_ItRefuses()
    {
        await using var meeting = await MeetAsync();
        _ = await meeting.Node.PutAsync(Sign(5, "five"));
        var refused = await meeting.Node.PutAsync(Sign(6, "six"), cas: 4);
        Assert.Equal((0, 2, DhtError.CasMismatch), (refused.Stored, refused.Refused, refused.Refusal));
    }

    [Fact]
    public async Task PeerOfOurs_ItFinds()
    {
        await using var meeting = await MeetAsync();
        Assert.Equal(1, (await meeting.Node.AnnounceAsync(Sign(1, "one").Target, 4711)).Stored);
        await using var other = new KithDhtNode();
        _ = await other.PingAsync(meeting.Peer.Port);
        Assert.Equal([Endpoint.FromIPv4(0x7F00_0001, 4711)], (await other.GetPeersAsync(Sign(1, "one").Target)).Peers);
    }

    [Fact]
    public async Task PeerOfIts_WeFindAndServe()
    {
        await using var meeting = await MeetAsync();
        var hash = Sign(1, "one").Target;
        var announced = await meeting.Peer.AskAsync("announce", ("hash", hash.ToString()), ("port", 4711));
        var expected = Endpoint.FromIPv4(0x7F00_0001, (ushort)((int?)announced["port"] ?? 4711));
        IReadOnlyList<Endpoint> found = [];
        while (found.Count == 0)
            found = (await meeting.Node.GetPeersAsync(hash)).Peers;
        Assert.Equal([expected], found);
        await using var other = await StartAsync();
        _ = await other.AskAsync("add", ("port", meeting.Node.Port));
        Assert.Contains(expected.ToString(), (await other.AskAsync("peers", ("hash", hash.ToString())))["peers"]!.AsArray().Select(peer => (string)peer!));
    }

    internal abstract Task<DhtPeerProcess> StartAsync();

    internal static Task<JsonObject> PutAsync(DhtPeerProcess peer, string value, long sequence, long? cas = null) => peer.AskAsync(
        "put", ("seed", Hex(Seed)), ("key", Hex(Key.PublicKey.ToArray())), ("salt", Hex(Encoding.ASCII.GetBytes(Salt))),
        ("value", Hex(Encoding.ASCII.GetBytes(value))), ("seq", sequence), ("cas", cas));

    internal async Task<Meeting> MeetAsync()
    {
        var peer = await StartAsync();
        var node = new KithDhtNode();
        Assert.NotNull((await node.PingAsync(peer.Port)).Id);
        _ = await peer.AskAsync("add", ("port", node.Port));
        return new Meeting(peer, node);
    }

    private static DhtItem Sign(long sequence, string value) => DhtItem.Sign(Key, Encoding.ASCII.GetBytes(Salt), sequence, DhtItem.Encode(Encoding.ASCII.GetBytes(value)));

    private static string Text(DhtItem item) => item.TryReadBytes(out var bytes) ? Encoding.ASCII.GetString(bytes) : "";

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    internal sealed record Meeting(DhtPeerProcess Peer, KithDhtNode Node) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Peer.DisposeAsync();
            await Node.DisposeAsync();
        }
    }
}

public sealed class LibtorrentDhtTests : DhtInteropTests
{
    internal override Task<DhtPeerProcess> StartAsync() => DhtPeerProcess.StartLibtorrentAsync();
}

public sealed class BittorrentDhtTests : DhtInteropTests
{
    [Fact]
    public async Task NewerValueWithItsCas_WeTakeAndRefuseAnother()
    {
        await using var meeting = await MeetAsync();
        _ = await PutAsync(meeting.Peer, "one", 1);
        Assert.Null((string?)(await PutAsync(meeting.Peer, "two", 2, cas: 1))["failed"]);
        await using var other = new KithDhtNode();
        _ = await other.PingAsync(meeting.Node.Port);
        var target = DhtTarget.Mutable(Ed25519PrivateKey.FromSeed([.. Enumerable.Range(7, 32).Select(i => (byte)i)]).PublicKey, "a salt"u8);
        Assert.Equal(2, (await other.GetAsync(target)).Item!.Sequence);
        _ = await PutAsync(meeting.Peer, "three", 3, cas: 1);
        Assert.Equal(2, (await other.GetAsync(target)).Item!.Sequence);
    }

    internal override Task<DhtPeerProcess> StartAsync() => DhtPeerProcess.StartBittorrentDhtAsync();
}
