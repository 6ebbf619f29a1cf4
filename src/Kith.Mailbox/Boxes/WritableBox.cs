using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>A row of boxes, one for each period, that we write into. Equal by what it says.</summary>
/// <param name="Secret">What we share with the reader.</param>
/// <param name="Period">The length of a period.</param>
public sealed record WritableBox(BoxSecret Secret, TimeSpan Period)
{
    /// <summary>A pair's period.</summary>
    public static readonly TimeSpan PairPeriod = TimeSpan.FromHours(24);

    /// <summary>The period of a link's bundle.</summary>
    public static readonly TimeSpan BundlePeriod = TimeSpan.FromDays(7);

    /// <summary>Bits of work that each entry costs.</summary>
    public int Price { get; init; }

    /// <summary>In a link's request box, where the reader's keys are its own: the public read key of a period by its index; a period without one cannot be written into. Null where both keys come from the secret.</summary>
    public IReadOnlyDictionary<long, Ed25519PublicKey>? ReadKeys { get; init; }

    /// <summary>Put these parcels for this many periods from the present one on (a link's bundle: 3), instead of the present one alone.</summary>
    public int Ahead { get; init; } = 1;

    /// <summary>The reader's own holders, <c>HOST:PORT</c> each: tried first, beside the usual ones.</summary>
    public IReadOnlyList<string> Preferred { get; init; } = [];
}

/// <summary>A row of boxes, one for each period, that we read.</summary>
/// <param name="Secret">What we share with the writer.</param>
/// <param name="Period">The length of a period.</param>
public sealed record ReadableBox(BoxSecret Secret, TimeSpan Period)
{
    /// <summary>Bits of work that each entry costs.</summary>
    public int Price { get; init; }

    /// <summary>In a link's request box, where the reader's keys are its own: the secret from which the read seeds come, as write seeds do from <see cref="Secret"/>. Null where both come from the secret.</summary>
    public BoxSecret? ReadSecret { get; init; }

    /// <summary>From when on there may be something to read, unix milliseconds: when it was last read to the end.</summary>
    public long Since { get; init; }

    /// <summary>Whether news are told as they come, rather than looked for now and then.</summary>
    public bool IsWatched { get; init; }

    /// <summary>A bundle's box: what is read stays, and is told once.</summary>
    public bool IsStanding { get; init; }

    /// <summary>Our own holders, <c>HOST:PORT</c> each: asked first, beside the usual ones.</summary>
    public IReadOnlyList<string> Preferred { get; init; } = [];
}
