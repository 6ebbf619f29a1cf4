using System.Net;

namespace Kith.Delivery.Routes;

/// <summary>Which stranger gives way to a newcomer when there is no more room: the one longest here of the address with the most, so that no address can keep others out.</summary>
internal static class StrangerChoice
{
    public static TLink ToLeave<TLink>(IReadOnlyCollection<TLink> strangers, Func<TLink, EndPoint?> remote, Func<TLink, long> arrival) => strangers
        .GroupBy(link => (remote(link) as IPEndPoint)?.Address)
        .OrderByDescending(group => group.Count())
        .ThenBy(group => group.Min(arrival))
        .First()
        .MinBy(arrival)!;
}
