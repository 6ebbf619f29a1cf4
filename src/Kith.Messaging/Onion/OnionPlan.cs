using Kith.Crypto;

namespace Kith.Messaging.Onion;

/// <summary>Whom the onion services of a person let in (docs/protocol/tor.md, "The person's onion services"), by the public halves of their keys.</summary>
/// <param name="Contacts">Of each service for contacts, by its number; nobody in it: it is closed.</param>
/// <param name="Links">Of the service that links name: nobody in it lets everybody in, as it was before there were keys; null: it is closed.</param>
/// <param name="LeftOut">Contacts for whom there was no room: they have no address of ours.</param>
public sealed record OnionPlan(IReadOnlyList<IReadOnlyCollection<X25519PublicKey>> Contacts, IReadOnlyCollection<X25519PublicKey>? Links, int LeftOut)
{
    /// <summary>Services for contacts.</summary>
    public const int MaxServices = 8;

    /// <summary>Client keys of one service: with more its descriptor would pass what Tor's directories take.</summary>
    public const int MaxClients = 160;

    /// <summary>No services at all.</summary>
    public static readonly OnionPlan None = new([], null, 0);
}
