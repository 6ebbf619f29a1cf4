using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>What follows from what was observed. One server's word decides only where there is no other.</summary>
internal readonly record struct NatVerdict(NatKind Kind, NatMapping Mapping, NatFiltering Filtering, NatPorts Ports, bool? Hairpin, bool IsConfirmed)
{
    /// <summary>Votes and words count as of one mapping for so long, milliseconds.</summary>
    private const long FreshFor = 120_000;

    /// <summary>Successive outer ports that lie at most so far apart can be foretold.</summary>
    private const int SequentialStep = 16;

    /// <summary>Servers that must say the same before it counts as borne out.</summary>
    private const int MinBearers = 2;

    /// <summary>Judges.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="ground">Where we are, and the vote.</param>
    /// <param name="all">What the tests have shown, oldest first.</param>
    public static NatVerdict Of(long now, INatGround ground, IReadOnlyList<NatWitness> all)
    {
        if (ground.Networks.IsLoopbackOnly)
            return new NatVerdict(NatKind.None, NatMapping.None, NatFiltering.EndpointIndependent, NatPorts.Preserved, true, true);
        if (ground.Wan is not { } wan || ground.Networks.AreLifted(wan))
            return default;
        var witnesses = all.Where(one => one.Server.IsIPv4 == wan.IsIPv4).ToList();
        var isOwn = ground.Networks.Addresses.Any(wan.SameAddress);
        var seen = Seen(now, ground, wan, witnesses);
        var mapping = isOwn ? NatMapping.None : MappingOf(seen, witnesses);
        var (filtering, bearers) = FilteringOf(witnesses);
        var kind = KindOf(mapping, filtering, Closed(witnesses, filtering) >= MinBearers && !ground.WasReached);
        var agreeing = mapping == NatMapping.None ? seen.Count : Math.Max(seen.GroupBy(one => one).Max(group => (int?)group.Count()) ?? 0, witnesses.Count(one => one.Differs == true));
        return new NatVerdict(kind, mapping, filtering, PortsOf(ground.Port, seen, witnesses), isOwn ? null : HairpinOf(witnesses), agreeing >= MinBearers && bearers >= MinBearers);
    }

    // Where each reporter sees us, one of a prefix, newest first.
    private static List<Endpoint> Seen(long now, INatGround ground, Endpoint wan, List<NatWitness> witnesses)
    {
        var reporters = new HashSet<AddressPrefix>();
        var seen = new List<Endpoint>();
        var words = witnesses.Where(one => one.Seen is not null && now - one.At < FreshFor).Select(one => (By: one.Server, Seen: one.Seen!.Value, one.At))
            .Concat(ground.Votes.Where(vote => vote.Seen.IsIPv4 == wan.IsIPv4 && now - vote.At < FreshFor).Select(vote => (vote.By, vote.Seen, vote.At)))
            .OrderByDescending(word => word.At);
        foreach (var word in words)
        {
            if (word.Seen.SameAddress(wan) && !ground.Networks.AreLifted(word.By) && reporters.Add(AddressPrefix.Of(word.By)))
                seen.Add(word.Seen);
        }

        return seen;
    }

    private static NatMapping MappingOf(List<Endpoint> seen, List<NatWitness> witnesses)
    {
        var differing = witnesses.Count(one => one.Differs == true);
        var same = witnesses.Count(one => one.Differs == false);
        var agreeing = seen.Count == 0 ? 0 : seen.GroupBy(one => one).Max(group => group.Count());
        // Two strangers that see one and the same endpoint cannot both be wrong by chance.
        if (agreeing >= 2 && agreeing * 2 > seen.Count)
            return differing > same + 1 ? NatMapping.AddressAndPortDependent : NatMapping.EndpointIndependent;
        if (differing > same)
            return NatMapping.AddressAndPortDependent;
        if (same > differing)
            return seen.Count >= 2 ? NatMapping.AddressDependent : NatMapping.EndpointIndependent;
        // Nobody has two ports: three who all see something else, or one with a port that stays the same.
        return differing == 0 && seen.Count >= 3 ? NatMapping.AddressDependent : NatMapping.Unknown;
    }

    // A probe that came proves that its like come in; that none came is a server's word, which another's fact outweighs.
    private static (NatFiltering Filtering, int Bearers) FilteringOf(List<NatWitness> witnesses)
    {
        var open = witnesses.Count(one => one.ThirdProbe == true);
        if (open > 0)
            return (NatFiltering.EndpointIndependent, Math.Max(MinBearers, open));
        var ports = witnesses.Count(one => one.PortProbe == true);
        if (ports > 0)
            return (NatFiltering.AddressDependent, witnesses.Count(one => one.ThirdProbe == false));
        var none = witnesses.Count(one => one.PortProbe == false);
        return none > 0 ? (NatFiltering.AddressAndPortDependent, none) : (NatFiltering.Unknown, 0);
    }

    // Who is called filtered introduces nobody and is asked by nobody: one server's word, once, is too little for that. Where its other port came in, a third party counts alone, and only two servers'.
    private static int Closed(List<NatWitness> witnesses, NatFiltering filtering) => filtering == NatFiltering.AddressDependent
        ? witnesses.Count(one => one.ThirdProbe == false)
        : witnesses.Where(one => one.PortProbe == false).Sum(one => one.Times);

    private static NatKind KindOf(NatMapping mapping, NatFiltering filtering, bool isFiltered) => (mapping, filtering) switch
    {
        (NatMapping.None, NatFiltering.EndpointIndependent or NatFiltering.Unknown) => NatKind.None,
        (NatMapping.None, _) => isFiltered ? NatKind.Firewall : NatKind.None,
        (NatMapping.AddressDependent or NatMapping.AddressAndPortDependent, _) => NatKind.Symmetric,
        (NatMapping.EndpointIndependent, NatFiltering.EndpointIndependent) => NatKind.FullCone,
        (NatMapping.EndpointIndependent, NatFiltering.AddressDependent) => NatKind.AddressRestricted,
        (NatMapping.EndpointIndependent, NatFiltering.AddressAndPortDependent) => NatKind.PortRestricted,
        _ => NatKind.Unknown,
    };

    private static bool? HairpinOf(List<NatWitness> witnesses) =>
        witnesses.Exists(one => one.Hairpin == true) ? true : witnesses.Exists(one => one.Hairpin == false) ? false : null;

    private static NatPorts PortsOf(ushort port, List<Endpoint> seen, List<NatWitness> witnesses)
    {
        var pairs = seen.Select(one => (Inner: port, Outer: one.Port))
            .Concat(witnesses.Where(one => one.SeenOfProbe is not null).Select(one => (Inner: one.ProbePort, Outer: one.SeenOfProbe!.Value.Port))).ToList();
        if (pairs.Count == 0)
            return NatPorts.Unknown;
        if (pairs.Count(pair => pair.Inner == pair.Outer) * 2 > pairs.Count)
            return NatPorts.Preserved;
        // In the order in which the mappings were made: the port's towards the server, then towards its alternate port.
        var steps = witnesses.Where(one => one.Differs == true).Select(one => one.SeenByAlternate!.Value.Port - one.Seen!.Value.Port).ToList();
        if (steps.Count > 0)
            return steps.TrueForAll(step => step is > 0 and <= SequentialStep) ? NatPorts.Sequential : NatPorts.Random;
        return NatPorts.Random;
    }
}
