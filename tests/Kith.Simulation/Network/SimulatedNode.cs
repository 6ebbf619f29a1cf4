using Kith.Crypto;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Simulation.Network;

/// <summary>A node of the simulated network: an address and a core. It is the core's <see cref="IDatagramSink"/>.</summary>
public abstract class SimulatedNode : IDatagramSink
{
    private protected SimulatedNode(SimulatedNetwork network, int index, ulong seed)
    {
        Network = network;
        Index = index;
        Random = new SimulatedRandom(seed);
    }

    /// <summary>The network it is in.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>Its number: 0 for the first that was added.</summary>
    public int Index { get; }

    /// <summary>Where it believes to be: behind a NAT an address of the inner network.</summary>
    public Endpoint Address { get; internal set; }

    /// <summary>The NAT that it is behind, or null.</summary>
    public SimulatedNat? Nat { get; internal set; }

    /// <summary>Its own randomness, for its core.</summary>
    public SimulatedRandom Random { get; }

    /// <summary>Nodes of different sides do not reach each other.</summary>
    public int Side { get; set; }

    /// <summary>Whether it is still there.</summary>
    public bool IsAlive { get; internal set; } = true;

    /// <summary>Bytes of datagrams that reached it.</summary>
    public long BytesIn { get; internal set; }

    /// <summary>Bytes of datagrams that it sent.</summary>
    public long BytesOut { get; internal set; }

    /// <summary>Datagrams that reached it.</summary>
    public int DatagramsIn { get; internal set; }

    /// <summary>Datagrams that it sent.</summary>
    public int DatagramsOut { get; internal set; }

    /// <summary>When the network will next look at the core's deadline.</summary>
    internal long Scheduled { get; set; } = long.MaxValue;

    internal abstract IDatagramCore? DatagramCore { get; }

    /// <inheritdoc/>
    public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => Network.Send(this, to, datagram);

    /// <summary>Leaves without a word.</summary>
    public void Leave() => Network.Remove(this);

    /// <summary>Takes another address; what is on its way to the old one is lost.</summary>
    public void Move(Endpoint address, SimulatedNat? nat = null) => Network.Move(this, address, nat);

    internal abstract void Forget();
}

/// <inheritdoc/>
public sealed class SimulatedNode<TCore> : SimulatedNode
    where TCore : class, IDatagramCore
{
    private TCore? _core;

    internal SimulatedNode(SimulatedNetwork network, int index, ulong seed)
        : base(network, index, seed)
    {
    }

    /// <summary>Its core. What is called on it directly must not change its deadlines: for all else there is <see cref="Do"/>.</summary>
    public TCore Core => _core ?? throw new InvalidOperationException("the node has left");

    internal override IDatagramCore? DatagramCore => _core;

    /// <summary>Calls the core at this moment, and looks at its deadlines afterwards.</summary>
    public void Do(Action<TCore, long> call)
    {
        call(Core, Network.Now);
        Network.Schedule(this);
    }

    internal void Start(TCore core) => _core = core;

    internal override void Forget() => _core = null;
}
