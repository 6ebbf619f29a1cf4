using Kith.Transport.PortMapping;
using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>What stands between this node and the internet, as far as was observed.</summary>
public sealed record NatView
{
    /// <summary>How often something must be sent where nothing shorter was observed: RFC 4787 section 4.3 asks for two minutes, and thirty seconds is what many give.</summary>
    public static readonly TimeSpan UsualKeepAlive = TimeSpan.FromSeconds(25);

    /// <summary>Nothing is known.</summary>
    public static NatView Nothing { get; } = new();

    /// <summary>In one word.</summary>
    public NatKind Kind { get; init; }

    /// <summary>The word.</summary>
    public string Name => Kind.Name();

    /// <summary>How it maps.</summary>
    public NatMapping Mapping { get; init; }

    /// <summary>Whom it lets in.</summary>
    public NatFiltering Filtering { get; init; }

    /// <summary>Which ports it gives.</summary>
    public NatPorts Ports { get; init; }

    /// <summary>Whether nodes behind it reach each other at their outer endpoints; null while not known.</summary>
    public bool? Hairpin { get; init; }

    /// <summary>Where the node's UDP port is seen from outside, by vote; towards each other destination another one when <see cref="Kind"/> is symmetric.</summary>
    public Endpoint? Mapped { get; init; }

    /// <summary>For how long a mapping was seen to last without traffic; null while not known. 27 s means at least that: more is not waited for.</summary>
    public TimeSpan? MappingLifetime { get; init; }

    /// <summary>How often something must be sent to keep a mapping.</summary>
    public TimeSpan KeepAlive { get; init; } = UsualKeepAlive;

    /// <summary>Whether at least two peers that are strangers to each other bear it out.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>What the router maps for us, because it was asked.</summary>
    public MappingState Router { get; init; } = MappingState.None;

    /// <summary>Addresses that the router gave us and that the internet can reach: <c>HOST:PORT</c> where TCP and UDP lead to us, <c>udp/HOST:PORT</c> where UDP alone does. To be published before what was voted.</summary>
    public IReadOnlyList<string> MappedAddresses { get; init; } = [];

    /// <summary>What it means, in plain words.</summary>
    public string Sentence { get; init; } = "It is not known yet how this network treats Kith: no other node has told.";

    /// <summary>What to do about it; null when there is nothing to do.</summary>
    public string? Advice { get; init; }
}
