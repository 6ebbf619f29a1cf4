using Kith.Crypto;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.LocalSwarm;

/// <summary>Somebody who is found by a contact under a secret, on whatever node they are on.</summary>
internal sealed class LocalPerson
{
    private readonly Ed25519PrivateKey _signer = Ed25519PrivateKey.Generate(SystemRandom.Instance);

    /// <summary>Under which the contact finds them.</summary>
    public FindSecret Secret { get; } = new(SystemRandom.Instance.NextBytes(FindSecret.Size));

    /// <summary>Their node now.</summary>
    public LocalNode Node { get; private set; } = null!;

    /// <summary>Where the node says that they are.</summary>
    public string Address => Node.Endpoint.ToString();

    /// <summary>Comes to a node, which publishes where they are.</summary>
    public void ComeTo(LocalNode node)
    {
        Node = node;
        node.Overlay.Publish([new Publication(Secret, _signer, new Contactable([Address]))]);
    }

    /// <summary>What a contact looks for to find them.</summary>
    public Sought Sought => new(Secret, _signer.PublicKey);

    /// <summary>Goes to a new node with another address, while the old one vanishes.</summary>
    public async Task MoveAsync(Endpoint entry)
    {
        await Node.VanishAsync();
        ComeTo(LocalNode.Start(entry));
    }

    /// <summary>Looks for a contact until the address found is the one where they are now.</summary>
    public async Task<Finding> FindAsync(LocalPerson contact, CancellationToken cancellationToken)
    {
        while (true)
        {
            var finding = await Node.Overlay.FindAsync(contact.Secret, contact._signer.PublicKey, isThorough: false, cancellationToken);
            if (finding.Content?.Addresses is [var address, ..] && address == contact.Address)
                return finding;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }
    }
}
