namespace Kith.Simulation.Network;

/// <summary>
/// How datagrams travel. Each pair of addresses has its own base delay, the same for the whole run, drawn between the two bounds with more weight on the short ones; each datagram
/// adds its own jitter. Delays are milliseconds one way, at least 1; probabilities are per datagram.
/// </summary>
/// <param name="MinimumDelay">The shortest base delay.</param>
/// <param name="MaximumDelay">The longest base delay.</param>
public sealed record LinkQuality(double MinimumDelay, double MaximumDelay)
{
    /// <summary>One millisecond, nothing lost.</summary>
    public static LinkQuality Perfect { get; } = new(1, 1);

    /// <summary>5 to 150 ms, a little jitter, one in a hundred lost.</summary>
    public static LinkQuality Internet { get; } = new(5, 150) { Jitter = 3, Loss = 0.01 };

    /// <summary>20 to 300 ms, much jitter, one in ten lost, some doubled and late.</summary>
    public static LinkQuality Bad { get; } = new(20, 300) { Jitter = 20, Loss = 0.10, Duplication = 0.01, Reordering = 0.05 };

    /// <summary>The mean of an exponentially distributed delay that each datagram adds.</summary>
    public double Jitter { get; init; }

    /// <summary>How often one is lost.</summary>
    public double Loss { get; init; }

    /// <summary>How often one arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>How often one is held back by up to <see cref="HeldBack"/>, so that later ones overtake it.</summary>
    public double Reordering { get; init; }

    /// <summary>The longest time that a reordered datagram is held back.</summary>
    public double HeldBack { get; init; } = 200;

    /// <summary>The delay of one datagram.</summary>
    /// <param name="pair">A number that stands for the pair of addresses.</param>
    /// <param name="random">The network's.</param>
    internal long Delay(ulong pair, SimulatedRandom random)
    {
        var share = (pair >> 11) * (1.0 / (1UL << 53));
        var delay = MinimumDelay + ((MaximumDelay - MinimumDelay) * share * share);
        if (Jitter > 0)
            delay += random.NextExponential(Jitter);
        if (random.Happens(Reordering))
            delay += random.NextDouble() * HeldBack;
        return Math.Max(1, (long)delay);
    }
}
