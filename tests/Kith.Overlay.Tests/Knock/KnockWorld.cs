using Kith.Crypto;
using Kith.Overlay.Knock;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Knock;

/// <summary>A simulated network of nodes that knock; each has some neighbours at random, and most of those have it.</summary>
internal sealed class KnockWorld
{
    private readonly Dictionary<SimulatedNode, List<Endpoint>> _neighbours = [];

    public KnockWorld(ulong seed, int count, LinkQuality? quality = null, int degree = 8, bool isOn = true)
    {
        Network = new SimulatedNetwork(seed, quality ?? LinkQuality.Internet);
        for (var i = 0; i < count; i++)
        {
            Nodes.Add(Network.Add(node => new KnockCore(
                isOn, node, node.Random, () => _neighbours[node], (secret, content, madeAt) => Heard.Add((node, secret, content, madeAt)))));
            _neighbours.Add(Nodes[^1], []);
        }

        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < degree / 2; j++)
                Join(Nodes[i], Nodes[Network.Random.NextInt32(count)]);
        }

        Maker = Ed25519PrivateKey.Generate(Network.Random);
    }

    public SimulatedNetwork Network { get; }

    public List<SimulatedNode<KnockCore>> Nodes { get; } = [];

    public List<(SimulatedNode Node, FindSecret Secret, Contactable Content, long MadeAt)> Heard { get; } = [];

    public Ed25519PrivateKey Maker { get; }

    public static FindSecret Secret(byte fill) => new([.. Enumerable.Repeat(fill, FindSecret.Size)]);

    public void Join(SimulatedNode left, SimulatedNode right)
    {
        if (left == right || _neighbours[left].Contains(right.Address))
            return;
        _neighbours[left].Add(right.Address);
        _neighbours[right].Add(left.Address);
    }

    public void Listen(int node, byte secret) => Nodes[node].Core.Listen([new Sought(Secret(secret), Maker.PublicKey)]);

    public bool Knock(int node, byte secret, string address = "192.0.2.1:7300") =>
        Nodes[node].Core.Knock(Network.Now, new Publication(Secret(secret), Maker, new Contactable([address])));

    /// <summary>A datagram from a node, whatever its core would say.</summary>
    public void Inject(int from, int to, ReadOnlySpan<byte> datagram) => Nodes[from].Send(Nodes[to].Address, datagram);

    /// <summary>A sealed packet as a datagram.</summary>
    public byte[] Datagram(byte secret, long madeAt, int life, Ed25519PrivateKey? signer = null)
    {
        var packet = new byte[KnockMessage.SealedSize];
        var publication = new Publication(Secret(secret), signer ?? Maker, new Contactable(["192.0.2.1:7300"]));
        KnockMessage.Seal(KnockMessage.DeriveKey(Secret(secret)), publication, madeAt, Network.Random, packet);
        var datagram = new byte[KnockMessage.Size];
        KnockMessage.Write(packet, life, datagram);
        return datagram;
    }
}
