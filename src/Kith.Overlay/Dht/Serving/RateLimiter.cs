using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// How many queries are looked at: for each address and for each prefix (/24, /48) of the internet, and for each address and port between nodes of one private network or of
/// loopback. Those over a limit are dropped unread and without an answer.
/// </summary>
internal sealed class RateLimiter(OwnNode own, IRandom random)
{
    /// <summary>Queries a second from one address, and those saved up.</summary>
    public const int AddressRate = 20, AddressBurst = 100;

    /// <summary>Queries a second from one prefix, and those saved up.</summary>
    public const int PrefixRate = 100, PrefixBurst = 500;

    /// <summary>Queries a second from one port of a near node, and those saved up.</summary>
    public const int NearRate = 10_000, NearBurst = 20_000;

    private const int One = 1000;
    private const long Forgotten = 10_000;

    private EndpointCache? _sources;

    public bool TryPass(long now, Endpoint from)
    {
        _sources ??= new EndpointCache(random);
        if (own.Networks.AreLifted(from))
            return TryTake(now, from, NearRate, NearBurst);
        var prefix = from.IsIPv4 ? Endpoint.FromIPv4(from.IPv4 & 0xFFFF_FF00, 0) : Endpoint.FromIPv6(from.High & 0xFFFF_FFFF_FFFF_0000, 0, 0);
        // The prefix's own port tells it from an address that ends in 0.
        return TryTake(now, from.WithPort(0), AddressRate, AddressBurst) && TryTake(now, prefix.WithPort(1), PrefixRate, PrefixBurst);
    }

    private bool TryTake(long now, Endpoint source, int rate, int burst)
    {
        ref var place = ref _sources!.Take(source, now - Forgotten);
        if (place.Time == 0)
            place.Number = (uint)burst * One;
        else
            place.Number = (uint)Math.Min((long)burst * One, place.Number + ((now - place.Time) * rate));
        place.Time = Math.Max(now, 1);
        if (place.Number < One)
            return false;
        place.Number -= One;
        return true;
    }
}
