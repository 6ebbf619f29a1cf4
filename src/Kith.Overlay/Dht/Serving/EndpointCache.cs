using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht.Serving;

/// <summary>
/// Remembers a number and a time for endpoints: in sets of four, growing from 16 places to <see cref="MaxPlaces"/>. In a full set the place with the least time is given to the
/// newcomer. Sets are chosen by a keyed hash, so that nobody can aim at one.
/// </summary>
internal sealed class EndpointCache(IRandom random)
{
    /// <summary>Most endpoints remembered.</summary>
    public const int MaxPlaces = 4096;

    private const int Ways = 4;
    private const int LeastPlaces = 16;

    private readonly ulong _key = random.NextUInt64() | 1;
    private Place[] _places = new Place[LeastPlaces];

    /// <summary>Finds an endpoint's place.</summary>
    public bool TryFind(Endpoint endpoint, out ReadOnlySpan<Place> place)
    {
        var set = Set(_places, endpoint);
        for (var i = 0; i < Ways; i++)
        {
            if (set[i].IsTaken && set[i].Endpoint == endpoint)
            {
                place = set.Slice(i, 1);
                return true;
            }
        }

        place = default;
        return false;
    }

    /// <summary>The place of an endpoint, a cleared one when it had none.</summary>
    /// <param name="endpoint">Whose.</param>
    /// <param name="expired">Places with a lesser time are free.</param>
    public ref Place Take(Endpoint endpoint, long expired)
    {
        while (true)
        {
            var set = Set(_places, endpoint);
            var chosen = 0;
            for (var i = 0; i < Ways; i++)
            {
                if (set[i].IsTaken && set[i].Endpoint == endpoint)
                    return ref set[i];
                if (set[chosen].IsTaken && (!set[i].IsTaken || set[i].Time < set[chosen].Time))
                    chosen = i;
            }

            if (set[chosen].IsTaken && set[chosen].Time >= expired && _places.Length < MaxPlaces)
            {
                Grow();
                continue;
            }

            set[chosen] = new Place { Endpoint = endpoint, IsTaken = true };
            return ref set[chosen];
        }
    }

    private void Grow()
    {
        var old = _places;
        _places = new Place[old.Length * 2];
        foreach (ref var place in old.AsSpan())
        {
            if (!place.IsTaken)
                continue;
            var set = Set(_places, place.Endpoint);
            for (var i = 0; i < Ways; i++)
            {
                if (set[i].IsTaken)
                    continue;
                set[i] = place;
                break;
            }
        }
    }

    private Span<Place> Set(Place[] places, Endpoint endpoint)
    {
        var hash = (endpoint.High ^ _key) * 0x9E37_79B9_7F4A_7C15;
        hash = (hash ^ (hash >> 32) ^ endpoint.Low) * (_key | 1);
        hash = (hash ^ (hash >> 29) ^ endpoint.Port) * 0xBF58_476D_1CE4_E5B9;
        return places.AsSpan((int)((hash >> 32) % (ulong)(places.Length / Ways)) * Ways, Ways);
    }

    internal struct Place
    {
        public Endpoint Endpoint;
        public bool IsTaken;
        public uint Number;
        public long Time;
    }
}
