using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>
/// What one server's test has shown. That a probe came is a fact, whoever says what; that none came, and where we were seen, is the server's word.
/// </summary>
/// <param name="Server">Who was asked.</param>
/// <param name="At">When, unix milliseconds.</param>
internal sealed record NatWitness(Endpoint Server, long At)
{
    /// <summary>Where the server's main port sees our main port.</summary>
    public Endpoint? Seen { get; init; }

    /// <summary>Where its alternate port sees our main port.</summary>
    public Endpoint? SeenByAlternate { get; init; }

    /// <summary>Where it sees the socket of the test.</summary>
    public Endpoint? SeenOfProbe { get; init; }

    /// <summary>The port of that socket.</summary>
    public ushort ProbePort { get; init; }

    /// <summary>Whether a probe from the alternate port came in, which we had not sent to; null when nothing can be said.</summary>
    public bool? PortProbe { get; init; }

    /// <summary>Whether one of a third party came in, which we had not sent to.</summary>
    public bool? ThirdProbe { get; init; }

    /// <summary>Whether what we sent to our own outer endpoint came in.</summary>
    public bool? Hairpin { get; init; }

    /// <summary>How often in a row this server has shown the same of whom the NAT lets in.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Whether its two ports see us at different endpoints.</summary>
    public bool? Differs => Seen is { } one && SeenByAlternate is { } other ? one != other : null;
}
