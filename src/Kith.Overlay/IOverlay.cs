using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Reach;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.Overlay;

/// <summary>The overlay as the node uses it: finds contacts, lets itself be found, and says what it sees. For several threads.</summary>
public interface IOverlay : IAsyncDisposable
{
    /// <summary>What is true now.</summary>
    OverlayView View { get; }

    /// <summary>
    /// Everything that this node publishes, and the whole of it: a secret that was there before and is no longer is published no more. Records are put, renewed and moved to each
    /// period's key until the next call; a changed record is put at once.
    /// </summary>
    void Publish(IReadOnlyList<Publication> publications);

    /// <summary>Whose knocks are answered and whom to know by them: the secrets under which we look for contacts; the whole of it.</summary>
    void Listen(IReadOnlyList<Sought> sought);

    /// <summary>
    /// Knocks at a contact's with one of the published records: for when they cannot be found, so that they come to us. At best effort, nothing where knocking is off;
    /// what is asked too often is left out.
    /// </summary>
    /// <param name="secret">The one under which that contact finds us.</param>
    void Knock(FindSecret secret);

    /// <summary>
    /// Looks for a contact. Completes with the first record that holds, or without one when the nodes in charge have none; a newer one that comes later is told to
    /// <see cref="IOverlayObserver.Found"/>. A thorough search completes when the nodes in charge have all been asked, or after <see cref="OverlayHost.ThoroughPatience"/> with the
    /// best so far.
    /// </summary>
    /// <param name="secret">The one that the contact publishes under for us.</param>
    /// <param name="maker">Who must have signed the record: the contact's account key.</param>
    /// <param name="isThorough">Whether to wait for all the nodes in charge.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Finding> FindAsync(FindSecret secret, Ed25519PublicKey maker, bool isThorough, CancellationToken cancellationToken);

    /// <summary>
    /// Looks for those who have announced themselves under a key of the DHT (BEP 5), on all nodes in charge of it. Completes when the search is over, with everything that it brought; at once and with
    /// nothing while there is nobody to ask.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="progress">Told of all that there are so far whenever there are more, on the overlay's own threads: it must return at once. Null for nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<Endpoint>> FindPeersAsync(NodeId key, Action<IReadOnlyList<Endpoint>>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Announces this node's port under a key of the DHT (BEP 5), as those see it who are told. Returns how many nodes took it, each of which keeps it for half an hour.</summary>
    Task<int> AnnounceAsync(NodeId key, CancellationToken cancellationToken = default);

    /// <summary>Addresses where nodes of the overlay may be (contacts' addresses, from links and records): tried side by side with the other entry points.</summary>
    void Suggest(IReadOnlyList<string> addresses);

    /// <summary>Calls to nodes behind NATs.</summary>
    IReach Reach { get; }

    /// <summary>Sets what is agreed to about relays, from now on: what it no longer allows ends at once. Off until this is called.</summary>
    void SetRelay(RelayConsent consent);

    /// <summary>
    /// Asks a relay for a circuit to whoever is registered there under a handle. The circuit is an endpoint of the node's UDP port until <see cref="CloseCircuit"/>, or until one of the
    /// three ends it. Completes with a refusal rather than with an exception.
    /// </summary>
    /// <param name="relay">Where the relay is.</param>
    /// <param name="handle">16 bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<CircuitResult> OpenCircuitAsync(Endpoint relay, ReadOnlyMemory<byte> handle, CancellationToken cancellationToken = default);

    /// <summary>Whether there is a circuit behind an endpoint still.</summary>
    bool HasCircuit(Endpoint path);

    /// <summary>Ends a circuit that is not needed any more, by its endpoint; nothing when it is none.</summary>
    void CloseCircuit(Endpoint path);

    /// <summary>The network changed (an interface came or went, the machine slept): asks everybody anew.</summary>
    void NetworkChanged();

    /// <summary>A connection over TCP to a node on the internet came about: where no datagram comes back all the while, UDP is blocked.</summary>
    void TcpWorked();
}

/// <summary>Who is told what happens in the overlay, on its own thread: each call must return at once.</summary>
public interface IOverlayObserver
{
    /// <summary>Something in <see cref="IOverlay.View"/> that people see has changed: at most some times a second.</summary>
    void Changed();

    /// <summary>A search that had completed brought a newer record.</summary>
    void Found(FindSecret secret, Finding finding);

    /// <summary>A contact knocked: the secret under which we look for them, where they are now, and when they said so (unix milliseconds, their clock).</summary>
    void Knocked(FindSecret secret, Contactable content, long madeAt);

    /// <summary>It is the moment to connect to a node by TCP from our own port, as it does the same: where neither's NAT lets the other in, both connections meet.</summary>
    /// <param name="key">Whom it must be.</param>
    /// <param name="at">Where its connection comes from.</param>
    /// <param name="isInitiator">Whether we begin the handshake.</param>
    void Meet(X25519PublicKey key, Endpoint at, bool isInitiator)
    {
    }

    /// <summary>A circuit of ours has ended: nothing goes through its endpoint any more, and what used it must find another path or end.</summary>
    void CircuitEnded(Endpoint path, RelayRefusal why)
    {
    }
}
