using System.Net;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Onion;
using Kith.Transport;
using Kith.Transport.Tor;

namespace Kith.Node.Network;

/// <summary>
/// The person's onion services (docs/protocol/tor.md, "The person's onion services"): those for contacts, each of whom has a key of their own, and one for who uses a link. Who is added gets in at once. To take
/// a key away ends everybody's sessions there, so it waits until nothing is being said, but not for long. For the loop, but what is said to be for several threads.
/// </summary>
internal sealed class PersonOnion
{
    /// <summary>A key is taken away at the latest after this, milliseconds; what its holder may say ends at once, elsewhere.</summary>
    public const long MaxHolding = 60_000;

    private readonly OnionGate _links;
    private readonly OnionGate[] _contacts;
    private long? _removeBy;

    /// <summary>Tells Tor of them, closed all.</summary>
    /// <param name="keys">Whose they are.</param>
    /// <param name="serve">Adds an onion service that leads to a place here.</param>
    /// <param name="atLinks">Where who uses a link is let in.</param>
    /// <param name="atContacts">Where contacts are.</param>
    public PersonOnion(AccountKeys keys, Func<Ed25519PrivateKey, IPEndPoint, OnionService> serve, IPEndPoint atLinks, IPEndPoint atContacts)
    {
        using (var key = keys.DeriveOnionKey())
            _links = new OnionGate(serve(key, atLinks));
        _contacts = new OnionGate[OnionPlan.MaxServices];
        for (var i = 0; i < _contacts.Length; i++)
        {
            using var key = keys.DeriveOnionKey(i);
            _contacts[i] = new OnionGate(serve(key, atContacts));
        }
    }

    /// <summary>What links name. For several threads.</summary>
    public NodeAddress Address => _links.Service.Address;

    /// <summary>Whether everybody who is let in somewhere can find it. For several threads.</summary>
    public bool IsPublished => All.All(gate => gate.Service.Phase is OnionPhase.Published or OnionPhase.Closed);

    /// <summary>How many services contacts are let in at. For several threads.</summary>
    public int Open => _contacts.Count(gate => gate.Service.Phase != OnionPhase.Closed);

    /// <summary>Whether who has a link is let in. For several threads.</summary>
    public bool TakesLinks => _links.Service.Phase != OnionPhase.Closed;

    /// <summary>Contacts for whom there is no room. For several threads.</summary>
    public int LeftOut { get; private set; }

    /// <summary>What is wrong with one of them, one sentence. For several threads.</summary>
    public string? Problem => All.Select(gate => gate.Service.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>When <see cref="Tick"/> has something to do (unix milliseconds), or null.</summary>
    public long? NextDeadline => _removeBy;

    private IEnumerable<OnionGate> All => [_links, .. _contacts];

    /// <summary>Who is let in from now on.</summary>
    public void Apply(OnionPlan plan, long now)
    {
        LeftOut = plan.LeftOut;
        _links.Want(plan.Links);
        for (var i = 0; i < _contacts.Length; i++)
        {
            var clients = i < plan.Contacts.Count ? plan.Contacts[i] : [];
            // Nobody is nobody: an empty list would let everybody in.
            _contacts[i].Want(clients.Count == 0 ? null : clients);
        }

        _removeBy = All.Any(gate => gate.IsToRemove) ? _removeBy ?? now + MaxHolding : null;
    }

    /// <summary>Nothing is being said: who is to get in no more is shut out.</summary>
    public void Quiet()
    {
        if (_removeBy is null)
            return;
        _removeBy = null;
        foreach (var gate in All)
            gate.Remove();
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        if (_removeBy <= now)
            Quiet();
    }

    /// <summary>Waits until the service for links is open to who has a link that was just made. For several threads.</summary>
    public Task WaitForLinksAsync(CancellationToken cancellationToken) => _links.Service.WaitPublishedAsync(cancellationToken);
}
