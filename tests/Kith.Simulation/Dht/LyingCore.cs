using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Simulation.Network;
using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Simulation.Dht;

/// <summary>How a node of the DHT lies. All of them join and answer pings as honest nodes do, so that they come into every table.</summary>
internal enum Lie
{
    /// <summary>Names nodes that do not exist, as close to what is looked for as can be, with ids that BEP 42 allows.</summary>
    WrongNodes,

    /// <summary>Names only other liars, those closest to what is looked for.</summary>
    Collusion,

    /// <summary>Gives a value of its own under a key and signature that are not right.</summary>
    ForgedValue,

    /// <summary>Honest but for the keys to be censored: knows no value there, takes puts and forgets them, and names only other liars.</summary>
    Censorship,

    /// <summary>Says nothing when asked for nodes or values.</summary>
    Silence,
}

/// <summary>What liars know of each other.</summary>
internal sealed class Conspiracy
{
    private readonly List<KnownNode> _members = [];
    private readonly HashSet<NodeId> _censored = [];
    private readonly Dictionary<NodeId, KnownNode[]> _closest = [];

    public void Join(KnownNode node) => _members.Add(node);

    public void Censor(NodeId target) => _censored.Add(target);

    public bool Censors(NodeId target) => _censored.Contains(target);

    /// <summary>The members closest to a target; looked up once for each, when all have joined.</summary>
    public ReadOnlySpan<KnownNode> Closest(NodeId target, int count)
    {
        if (!_closest.TryGetValue(target, out var closest))
            _closest[target] = closest = [.. _members.OrderBy(member => member.Id ^ target).Take(count)];
        return closest;
    }
}

/// <summary>A DHT node that lies in its answers and otherwise does what the honest core inside it does.</summary>
internal sealed class LyingCore(SimulatedNode node, DhtCore honest, Lie lie, Conspiracy conspiracy) : IDatagramCore
{
    private const int Named = 8;

    public long NextDeadline => honest.NextDeadline;

    public DhtCore Honest => honest;

    public Lie Lie => lie;

    /// <summary>Lies told.</summary>
    public int Told { get; private set; }

    public void Tick(long now) => honest.Tick(now);

    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!KrpcQuery.TryRead(datagram, out var query) || !IsLiedTo(query))
        {
            honest.Receive(now, from, datagram);
            return;
        }

        Told++;
        if (lie != Lie.Silence)
            Answer(from, query);
    }

    private bool IsLiedTo(KrpcQuery query)
    {
        if (lie == Lie.Censorship)
            return (query.AsksForNodes && conspiracy.Censors(query.Target)) || query.Method.SequenceEqual("put"u8);
        return query.AsksForNodes || query.Method.SequenceEqual("put"u8);
    }

    private void Answer(Endpoint to, KrpcQuery query)
    {
        Span<byte> room = stackalloc byte[1200];
        Span<byte> id = stackalloc byte[NodeId.Size];
        Span<byte> compact = stackalloc byte[Endpoint.CompactSize6];
        var writer = new BencodeWriter(room);
        writer.BeginDictionary();
        writer.WriteEntry("ip"u8, compact[..to.WriteCompact(compact)]);
        writer.WriteBytes("r"u8);
        writer.BeginDictionary();
        honest.Id.CopyTo(id);
        writer.WriteEntry("id"u8, id);
        var forges = lie == Lie.ForgedValue && query.Method.SequenceEqual("get"u8);
        if (forges)
            writer.WriteEntry("k"u8, Random(stackalloc byte[32]));
        if (query.AsksForNodes)
        {
            Span<byte> nodes = stackalloc byte[Named * (NodeId.Size + Endpoint.CompactSize4)];
            writer.WriteEntry("nodes"u8, nodes[..WriteNodes(query.Target, nodes)]);
        }

        if (forges)
        {
            writer.WriteEntry("seq"u8, long.MaxValue - 1);
            writer.WriteEntry("sig"u8, Random(stackalloc byte[64]));
        }

        if (query.AsksForNodes)
            writer.WriteEntry("token"u8, "liar"u8);
        if (forges)
            writer.WriteEntry("v"u8, Random(stackalloc byte[100]));
        writer.End();
        writer.WriteEntry("t"u8, query.Transaction);
        writer.WriteEntry("y"u8, "r"u8);
        writer.End();
        node.Send(to, writer.Written);
    }

    private int WriteNodes(NodeId target, Span<byte> nodes)
    {
        const int Size = NodeId.Size + Endpoint.CompactSize4;
        var count = 0;
        if (lie is Lie.WrongNodes or Lie.ForgedValue)
        {
            for (; count < Named; count++)
            {
                var entry = nodes[(count * Size)..];
                var invented = AttackerIds.Invent(target, node.Random);
                invented.Id.CopyTo(entry);
                invented.Endpoint.WriteCompact(entry[NodeId.Size..]);
            }

            return count * Size;
        }

        foreach (var member in conspiracy.Closest(target, Named))
        {
            member.Id.CopyTo(nodes[(count * Size)..]);
            member.Endpoint.WriteCompact(nodes[((count * Size) + NodeId.Size)..]);
            count++;
        }

        return count * Size;
    }

    private Span<byte> Random(Span<byte> bytes)
    {
        node.Random.Fill(bytes);
        return bytes;
    }
}
