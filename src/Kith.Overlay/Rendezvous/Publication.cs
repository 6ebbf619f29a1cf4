using Kith.Crypto;

namespace Kith.Overlay.Rendezvous;

/// <summary>Where somebody can be reached now.</summary>
/// <param name="Addresses">Text forms, best first (docs/protocol/rendezvous.md has the limits).</param>
public sealed record Contactable(IReadOnlyList<string> Addresses);

/// <summary>A record to be found under a secret.</summary>
/// <param name="Secret">Whoever has it finds the record.</param>
/// <param name="Signer">Signs the record's content, so that only its maker can write it.</param>
/// <param name="Content">What stands in it.</param>
public sealed record Publication(FindSecret Secret, Ed25519PrivateKey Signer, Contactable Content);

/// <summary>A record to look for.</summary>
/// <param name="Secret">The one that the contact publishes under for us.</param>
/// <param name="Maker">Who must have signed it: the contact's account key.</param>
public sealed record Sought(FindSecret Secret, Ed25519PublicKey Maker);

/// <summary>What a search brought.</summary>
/// <param name="Content">Where they are; null when no node in charge has a record that opens.</param>
/// <param name="Hops">How many nodes away from us the one with the record was.</param>
/// <param name="Queries">Queries sent.</param>
/// <param name="Elapsed">Milliseconds.</param>
public sealed record Finding(Contactable? Content, int Hops, int Queries, double Elapsed)
{
    /// <summary>When the record was made, by its maker's clock, unix milliseconds; 0 without one.</summary>
    public long MadeAt { get; init; }

    /// <summary>
    /// How far the maker's clock is surely from ours, milliseconds: positive when it is ahead, 0 when both may be right. From <see cref="ClockTolerance"/> on people should be told.
    /// </summary>
    public long ClockDifference { get; init; }

    /// <summary>Clocks that differ by less are no reason to say anything: ten minutes.</summary>
    public const long ClockTolerance = 10 * 60 * 1000;
}
