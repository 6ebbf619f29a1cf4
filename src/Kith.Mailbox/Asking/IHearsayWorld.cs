using Kith.Crypto;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Asking;

/// <summary>What <see cref="Hearsay"/> needs of the node, under one lock with it.</summary>
internal interface IHearsayWorld
{
    /// <summary>Those who can be asked, in an order that is kept; without those that have failed lately.</summary>
    IReadOnlyList<Endpoint> Passers(long now);

    /// <summary>How many are known, those that have failed too: whoever makes others fail must not be believed alone for it.</summary>
    int Known { get; }

    /// <summary>Asks one; told once, never during this call: the answer and the static key that its session proved, or nothing.</summary>
    void Ask(Endpoint passer, FindRequest request, Action<long, FoundAnswer?, X25519PublicKey> told);
}
