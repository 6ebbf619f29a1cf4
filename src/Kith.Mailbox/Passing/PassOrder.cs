using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// Who passes on for us (docs/protocol/mailbox.md, "Passing on"): an order of all that may, drawn at the start of the run and kept, so that over the days few see us; and for each box and holder one of the
/// first of them, so that no holder sees by it that two boxes belong together. For one thread at a time.
/// </summary>
internal sealed class PassOrder(IPassRoutesWorld world, IRandom random)
{
    private const long Lifetime = 500;

    private readonly byte[] _secret = random.NextBytes(Sha256.HashSize);
    private readonly Dictionary<BoxAddress, Endpoint[]> _holders = [];
    private Endpoint[] _order = [];
    private long _orderedAt = long.MinValue / 2;

    /// <summary>The holders of a box, nearest first: they do not pass on what is asked about it where there are others.</summary>
    public void Found(BoxAddress box, IEnumerable<Endpoint> holders)
    {
        if (_holders.Count >= PassLimits.Boxes)
            _holders.Clear();
        _holders[box] = [.. holders];
    }

    /// <summary>Those that a request may go through, the best first; none where too few are known.</summary>
    public List<Endpoint> For(long now, BoxAddress box, Endpoint holder)
    {
        Refresh(now);
        var others = _order.Where(one => one != holder).ToList();
        if (others.Count < PassLimits.Fewest)
            return [];
        var prefix = AddressPrefix.Of(holder);
        others.RemoveAll(one => AddressPrefix.Of(one) == prefix && !world.IsNear(one));
        var own = _holders.GetValueOrDefault(box) ?? [];
        var chosen = new List<Endpoint>(PassLimits.Chosen);
        // Whoever is asked about the box by others must not be asked to pass it on for us: it could tell by the time. In a small network they are better than asking straight.
        foreach (var tier in new[] { others.Where(one => Rank(own, one) >= MailboxLimits.Asked), others.Where(one => Rank(own, one) is >= MailboxLimits.Holders and < MailboxLimits.Asked), others.Where(one => Rank(own, one) < MailboxLimits.Holders) })
            chosen.AddRange(tier.Take(PassLimits.Chosen - chosen.Count).OrderBy(one => Mark(box, holder, one)));
        return chosen;
    }

    private static int Rank(Endpoint[] own, Endpoint one)
    {
        var at = Array.IndexOf(own, one);
        return at < 0 ? int.MaxValue : at;
    }

    private void Refresh(long now)
    {
        if (now - _orderedAt < Lifetime && now >= _orderedAt)
            return;
        _orderedAt = now;
        _order = [.. world.Passers(now).OrderBy(one => Mark(default, default, one))];
    }

    private ulong Mark(BoxAddress box, Endpoint holder, Endpoint one)
    {
        const int EndpointSize = 18;
        Span<byte> input = stackalloc byte[Sha256.HashSize + BoxAddress.Size + (2 * EndpointSize)];
        _secret.CopyTo(input);
        box.CopyTo(input[Sha256.HashSize..]);
        Write(input[(Sha256.HashSize + BoxAddress.Size)..], holder);
        Write(input[(Sha256.HashSize + BoxAddress.Size + EndpointSize)..], one);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private static void Write(Span<byte> destination, Endpoint endpoint)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, endpoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], endpoint.Low);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], endpoint.Port);
    }
}
