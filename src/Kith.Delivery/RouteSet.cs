namespace Kith.Delivery;

/// <summary>Some of the routes, by value.</summary>
public readonly record struct RouteSet
{
    private readonly uint _bits;

    private RouteSet(uint bits) => _bits = bits;

    /// <summary>True when there is none.</summary>
    public bool IsEmpty => _bits == 0;

    /// <summary>Whether the route is among them.</summary>
    public bool Contains(RouteKind route) => (_bits & (1u << (int)route)) != 0;

    /// <summary>Whether there is one here that is not among the others.</summary>
    public bool HasMoreThan(RouteSet others) => (_bits & ~others._bits) != 0;

    /// <summary>These and one more.</summary>
    public RouteSet With(RouteKind route) => new(_bits | (1u << (int)route));

    /// <summary>Those of these that are among the others too.</summary>
    public RouteSet Within(RouteSet others) => new(_bits & others._bits);

    /// <summary>These less one.</summary>
    public RouteSet Without(RouteKind route) => new(_bits & ~(1u << (int)route));
}
