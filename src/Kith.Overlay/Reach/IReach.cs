using Kith.Crypto;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>Calls to nodes behind NATs, through introducers, as carriers use them. For several threads.</summary>
public interface IReach
{
    /// <summary>The transport keys of the contacts, the whole of it: their calls are obeyed; those of strangers a few a minute.</summary>
    void SetContacts(IReadOnlyCollection<X25519PublicKey> contacts);

    /// <summary>
    /// Calls a node through introducers and punches. Completes when the punch is over or nothing came of the call; every endpoint at which the node is heard is told at once, before.
    /// </summary>
    /// <param name="key">The node's transport key.</param>
    /// <param name="via">Introducers and the handles that it has there, the best first.</param>
    /// <param name="working">Told of endpoints, perhaps virtual ones, on any thread: return at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ReachOutcome> CallAsync(
        X25519PublicKey key, IReadOnlyList<(Endpoint Introducer, NodeHandle Handle)> via, Action<Endpoint> working, CancellationToken cancellationToken = default);

    /// <summary>Tells, until disposed, each endpoint at which a node is heard, whoever of the two called: sessions with it can go there.</summary>
    IDisposable Watch(X25519PublicKey key, Action<Endpoint> reached);

    /// <summary>Sets how introducers are reached where their own endpoints are not (UDP is blocked); null for their own endpoints.</summary>
    void SetRoute(Func<Endpoint, Endpoint>? route);
}
