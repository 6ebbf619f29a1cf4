using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Host;

/// <summary>
/// How many datagrams are looked at: so many a second in all, and of these so many of one address prefix, so that one flood leaves room for everybody else. Prefixes share slots
/// by a keyed hash, so the memory is fixed and nobody can choose whose slot they fill. Between nodes on one machine or one private network only the limit of all counts.
/// </summary>
internal sealed class InboundLimit
{
    /// <summary>Datagrams a second from everybody.</summary>
    public const int PerSecond = 50_000;

    /// <summary>Datagrams a second of one prefix.</summary>
    public const int PerSecondOfPrefix = 400;

    /// <summary>How many at once after a silence, in seconds' worth.</summary>
    private const int BurstSeconds = 2;

    private const int Slots = 1024;

    private readonly Bucket[] _slots = new Bucket[Slots];
    private readonly ulong _salt;
    private Bucket _all;

    public InboundLimit(IRandom random) => _salt = random.NextUInt64();

    /// <summary>Datagrams dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether a datagram may be looked at.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="from">Where it says that it comes from.</param>
    /// <param name="isNear">Whether that is on a network of ours.</param>
    public bool TryTake(long now, Endpoint from, bool isNear)
    {
        if ((isNear || _slots[SlotOf(from)].TryTake(now, PerSecondOfPrefix)) && _all.TryTake(now, PerSecond))
            return true;
        Dropped++;
        return false;
    }

    private int SlotOf(Endpoint from)
    {
        // 24 bits of IPv4, 48 of IPv6 (AddressPrefix); mixed as SplitMix64 does.
        var prefix = from.IsIPv4 ? from.IPv4 >> 8 : from.High >> 16;
        var mixed = (prefix ^ _salt) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27) ^ _salt) * 0x94D049BB133111EB;
        return (int)(mixed >> 54);
    }

    // Counts in thousandths of a datagram: as many a millisecond as datagrams a second.
    private struct Bucket
    {
        private long _spent;
        private long _at;

        public bool TryTake(long now, int perSecond)
        {
            _spent = Math.Max(0, _spent - ((now - _at) * perSecond));
            _at = now;
            if (_spent > (BurstSeconds * perSecond - 1) * 1000L)
                return false;
            _spent += 1000;
            return true;
        }
    }
}
