using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Whole;

/// <summary>One of two contacts: publishes for the other where the world sees its node, as soon as the vote says so, and looks for the other until it has found where they are now.</summary>
internal sealed class Person(SimulatedNode<OverlayCore> node, Ed25519PrivateKey key, FindSecret secret)
{
    private const long LookAgain = 250;
    private Endpoint? _published;

    public SimulatedNode<OverlayCore> Node => node;

    /// <summary>When the other was found, virtual milliseconds.</summary>
    public long? FoundAt { get; private set; }

    /// <summary>Publishes the address by vote whenever it is another one, until told otherwise.</summary>
    public void KeepPublishing(Func<bool> goesOn)
    {
        const long Look = 20;
        if (!goesOn())
            return;
        // As the node does it: the address alone counts, whatever port a NAT gave it towards whom.
        if (node.Core.Walker.Wan is { } wan && _published?.SameAddress(wan) != true)
        {
            _published = wan;
            node.Do((core, now) => core.Publish(now, [new Publication(secret, key, new Contactable([wan.ToString()]))]));
        }

        node.Network.After(Look, () => KeepPublishing(goesOn));
    }

    public void LookFor(Person other)
    {
        FoundAt = null;
        Look(other);
    }

    private void Look(Person other) => node.Do((core, now) => core.Find(now, other.Secret, other.Maker, progress =>
    {
        if (FoundAt is not null)
            return;
        if (progress.Record is { } record && Endpoint.TryParse(record.Content.Addresses[0], out var address) && address.SameAddress(NodeWorld.Outside(other.Node)))
            FoundAt = node.Network.Now;
        else if (progress.IsFinished)
            node.Network.After(LookAgain, () => Look(other));
    }));

    private FindSecret Secret => secret;

    private Ed25519PublicKey Maker => key.PublicKey;
}
