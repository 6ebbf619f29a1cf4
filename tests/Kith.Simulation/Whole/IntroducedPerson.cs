using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Simulation.Whole;

/// <summary>Somebody behind a NAT: publishes the introducers that keep them, whenever they are others, and looks for somebody else until that one is known at an introducer that is there.</summary>
internal sealed class IntroducedPerson
{
    // As the node does it.
    private const long SayPause = 200;
    private const long LookPause = 1_000;

    private readonly Ed25519PrivateKey _key;
    private readonly FindSecret _secret;
    private IReadOnlyList<string> _said = [];

    public IntroducedPerson(SimulatedNode<OverlayCore> node)
    {
        Node = node;
        _key = Ed25519PrivateKey.FromSeed(node.Random.NextBytes(32));
        _secret = new FindSecret(node.Random.NextBytes(FindSecret.Size));
        Say();
    }

    public SimulatedNode<OverlayCore> Node { get; }

    /// <summary>When the other was found, virtual milliseconds.</summary>
    public long? FoundAt { get; private set; }

    /// <summary>Looks for another until it is found at this introducer.</summary>
    public void LookFor(IntroducedPerson other, SimulatedNode<OverlayCore> introducer) => Node.Do((core, now) => core.Find(now, other._secret, other._key.PublicKey, progress =>
    {
        if (FoundAt is not null)
            return;
        if (progress.Record is { } record && record.Content.Addresses.Any(address => LeadsThrough(address, introducer)))
            FoundAt = Node.Network.Now;
        else if (progress.IsFinished)
            Node.Network.After(LookPause, () => LookFor(other, introducer));
    }));

    public override string ToString() => $"said {string.Join(' ', _said)}, knows {Node.Core.Dht.Table.Count} of the DHT, keeps {string.Join(' ', Node.Core.Reach.Via)}, found {FoundAt is not null}";

    private static bool LeadsThrough(string address, SimulatedNode<OverlayCore> introducer) =>
        NodeAddress.TryParse(address, out var via) && via!.Handle is { } handle && introducer.Core.Reach.TryFind(introducer.Network.Now, handle, out _);

    private void Say()
    {
        var via = Node.Core.Reach.Via;
        if (via.Count > 0 && !via.SequenceEqual(_said, StringComparer.Ordinal))
        {
            _said = via;
            Node.Do((core, now) => core.Publish(now, [new Publication(_secret, _key, new Contactable(via))]));
        }

        Node.Network.After(SayPause, Say);
    }
}
