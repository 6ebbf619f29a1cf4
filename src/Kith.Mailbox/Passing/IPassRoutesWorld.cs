using Kith.Crypto;
using Kith.Mailbox.Hosting;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>What <see cref="PassRoutes"/> needs of the node, under one lock with it. What comes of a request is told later, never during the call.</summary>
internal interface IPassRoutesWorld
{
    /// <summary>Holders other than ourselves that are known to answer: those that may pass on.</summary>
    IEnumerable<Endpoint> Passers(long now);

    /// <summary>The static key of a holder; null while it is not known.</summary>
    X25519PublicKey? KeyOf(Endpoint holder);

    /// <summary>Whether one who may pass on is the holder itself, known by another name.</summary>
    bool AreOne(Endpoint passer, Endpoint holder);

    /// <summary>Whether this is where we are ourselves.</summary>
    bool IsSelf(Endpoint holder);

    /// <summary>Our own static key; null where we have none that others could know.</summary>
    X25519PublicKey? OwnKey { get; }

    /// <summary>Whether it is on a network of ours, where prefixes mean nothing.</summary>
    bool IsNear(Endpoint holder);

    /// <summary>A holder could not open what was sealed for it: it may have another key by now.</summary>
    void KeyFailed(long now, Endpoint holder);

    /// <summary>Says HELLO to a guard whose key is not known.</summary>
    void Greet(Endpoint guard);

    /// <summary>Asks a node.</summary>
    void Ask(Endpoint at, HolderRequest request);

    /// <summary>Ends a request.</summary>
    void Drop(Endpoint at, HolderRequest request);
}
