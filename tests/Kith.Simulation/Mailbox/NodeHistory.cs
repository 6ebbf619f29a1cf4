using Kith.Simulation.Network;

namespace Kith.Simulation.Mailbox;

/// <summary>How a holder treats what it is given.</summary>
internal enum Honesty : byte
{
    Honest,

    /// <summary>Says that it keeps, and keeps nothing: audits find it.</summary>
    KeepsNothing,

    /// <summary>Keeps and proves it, and gives it to no reader: audits cannot find it.</summary>
    ServesNothing,

    /// <summary>Says of everything that its reader has deleted it, without the signature.</summary>
    SaysDeleted,
}

/// <summary>One node from its birth to its death: a place, and when it was there. Times in hours.</summary>
/// <param name="Place">The first 64 bits of its place.</param>
/// <param name="Birth">When it came.</param>
/// <param name="Death">When it went for good, with all that it kept.</param>
/// <param name="Switches">When it went down, came up, went down, …, beginning with whether it was up at its birth.</param>
/// <param name="IsUpFirst">Whether it was.</param>
/// <param name="Honesty">How it is.</param>
internal sealed record NodeHistory(ulong Place, double Birth, double Death, double[] Switches, bool IsUpFirst, Honesty Honesty)
{
    /// <summary>A population of always about as many: who dies is replaced by somebody new elsewhere.</summary>
    public static List<NodeHistory> Draw(SimulatedRandom random, int nodes, double lifetime, double session, double hours, double liars)
    {
        var all = new List<NodeHistory>();
        for (var i = 0; i < nodes; i++)
            all.Add(DrawOne(random, 0, lifetime, session, hours, liars, random.Happens(0.5)));
        for (var at = random.NextExponential(lifetime / nodes); at < hours; at += random.NextExponential(lifetime / nodes))
            all.Add(DrawOne(random, at, lifetime, session, hours, liars, isUp: true));
        return all;
    }

    private static NodeHistory DrawOne(SimulatedRandom random, double birth, double lifetime, double session, double hours, double liars, bool isUp)
    {
        var death = birth + random.NextExponential(lifetime);
        var switches = new List<double>();
        for (var at = birth + random.NextExponential(session); at < death && at < hours; at += random.NextExponential(session))
            switches.Add(at);
        var honesty = !random.Happens(liars) ? Honesty.Honest : random.Happens(0.5) ? Honesty.KeepsNothing : Honesty.ServesNothing;
        return new NodeHistory(random.Next(), birth, death, [.. switches], isUp, honesty);
    }
}
