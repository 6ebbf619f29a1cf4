using System.Text;
using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Dht.Krpc;
using Kith.Simulation.Network;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Tests.Dht;

/// <summary>A node under test by itself: datagrams are handed to it as from anywhere, and what it sends is kept.</summary>
internal sealed class KrpcPeer : IDatagramSink
{
    public static readonly Endpoint Stranger = Endpoint.FromIPv4(0x0808_0808, 4000);
    public static readonly byte[] StrangerId = Convert.FromHexString("00112233445566778899aabbccddeeff00112233");

    private readonly List<(Endpoint To, byte[] Datagram)> _sent = [];

    public KrpcPeer(bool isReadOnly = false, OwnNetworks? networks = null)
    {
        Core = new DhtCore(new DhtOptions { IsReadOnly = isReadOnly, Networks = networks ?? OwnNetworks.Unknown }, this, new SimulatedRandom(7));
    }

    public DhtCore Core { get; }

    public long Now { get; set; } = SimulatedNetwork.Start;

    /// <summary>Sent since the last time that this was asked.</summary>
    public List<(Endpoint To, byte[] Datagram)> TakeSent()
    {
        List<(Endpoint, byte[])> sent = [.. _sent];
        _sent.Clear();
        return sent;
    }

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => _sent.Add((to, datagram.ToArray()));

    public void Receive(Endpoint from, byte[] datagram) => Core.Receive(Now, from, datagram);

    public void Pass(long milliseconds)
    {
        for (var end = Now + milliseconds; Now < end;)
        {
            Now = Math.Min(end, Math.Max(Now + 1, Core.NextDeadline));
            if (Core.NextDeadline <= Now)
                Core.Tick(Now);
        }
    }

    /// <summary>Hands a query over; <paramref name="arguments"/> is what stands in <c>a</c> beside the id.</summary>
    public void Ask(Endpoint from, string method, byte[] arguments, bool isReadOnly = true) => Receive(from, Query(method, arguments, isReadOnly));

    public static byte[] Query(string method, byte[] arguments, bool isReadOnly = true) =>
        [.. Text("d1:ad2:id20:"), .. StrangerId, .. arguments, .. Text($"e1:q{method.Length}:{method}{(isReadOnly ? "2:roi1e" : "")}1:t2:aa1:y1:qe")];

    /// <summary>The error code of the one thing that was sent, or 0 for an answer.</summary>
    public int TakeVerdict()
    {
        var (_, datagram) = Assert.Single(TakeSent());
        Assert.True(KrpcMessage.TryRead(datagram, out var message));
        if (message.Kind == KrpcKind.Answer)
            return 0;
        Assert.Equal(KrpcKind.Error, message.Kind);
        Assert.True(KrpcError.TryRead(message.Body, out var error));
        return (int)error;
    }

    /// <summary>A token for an address, by a get of what is not there.</summary>
    public byte[] TokenFor(Endpoint from)
    {
        Ask(from, "get", Entry("target", new byte[20]));
        var (_, datagram) = Assert.Single(TakeSent());
        Assert.True(KrpcMessage.TryRead(datagram, out var message));
        Assert.True(KrpcAnswer.TryRead(message.Body, out var answer));
        Assert.Equal(8, answer.Item.Token.Length);
        return answer.Item.Token.ToArray();
    }

    /// <summary>Answers a query of the node's as the one that it asked.</summary>
    public void Reply(Endpoint from, byte[] query, byte[] id, byte[]? more = null)
    {
        Assert.True(KrpcMessage.TryRead(query, out var message));
        Assert.Equal(KrpcKind.Query, message.Kind);
        Receive(from, [.. Text("d1:rd2:id20:"), .. id, .. more ?? [], .. Text($"e1:t{message.Transaction.Length}:"), .. message.Transaction.ToArray(), .. Text("1:y1:re")]);
    }

    /// <summary>Has the node know some others, each proved by an answer.</summary>
    public void Introduce(int nodes)
    {
        var random = new SimulatedRandom(99);
        for (var i = 0; i < nodes; i++)
        {
            var endpoint = Endpoint.FromIPv4(0x0100_0000 + ((uint)i << 16), 6881);
            var id = new byte[20];
            SecureNodeId.Draw(endpoint, random).CopyTo(id);
            Core.Ping(Now, endpoint);
            Reply(endpoint, TakeSent().First(sent => sent.To == endpoint).Datagram, id);
        }

        Pass(120_000);
        _ = TakeSent();
    }

    public static byte[] Put(DhtItem item, byte[] token, long? cas = null, byte[]? value = null, byte[]? salt = null, byte[]? signature = null)
    {
        List<byte> arguments = [];
        if (cas is { } expected)
            arguments.AddRange(Text($"3:casi{expected}e"));
        if (item.Key is { } key)
        {
            arguments.AddRange(Entry("k", key.ToArray()));
            if (salt is not null || !item.Salt.IsEmpty)
                arguments.AddRange(Entry("salt", salt ?? item.Salt.ToArray()));
            arguments.AddRange(Text($"3:seqi{item.Sequence}e"));
            arguments.AddRange(Entry("sig", signature ?? item.Signature.ToArray()));
        }

        return [.. arguments, .. Entry("token", token), .. Text("1:v"), .. value ?? item.Value.ToArray()];
    }

    public static byte[] Entry(string key, byte[] value)
    {
        var room = new byte[value.Length + key.Length + 20];
        var writer = new BencodeWriter(room);
        writer.WriteEntry(Text(key), value);
        return writer.Written.ToArray();
    }

    public static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);
}
