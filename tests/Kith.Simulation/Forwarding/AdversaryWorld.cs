using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Paths;
using Kith.Overlay;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Forwarding;

/// <summary>
/// Ten thousand forwarders, of which one party owns a share. Whoever draws paths has learned of them as a node does: a few neighbours drawn from all, each of which gives a list; an honest one a random sample, the party's nothing
/// but its own. The party signs its descriptors each moment, the others every quarter of an hour.
/// </summary>
internal sealed class AdversaryWorld : IDisposable
{
    /// <summary>Neighbours that each view comes from.</summary>
    public const int Neighbours = 12;

    private const long Now = 1_770_033_600_000;

    private readonly SimulatedRandom _random;
    private readonly ForwarderDescriptor[] _all;
    private readonly ForwarderDescriptor[] _party;
    private readonly HashSet<X25519PublicKey> _owned;
    private readonly X25519PrivateKey _epochKey;

    /// <param name="seed">The seed.</param>
    /// <param name="share">Of all forwarders, the party's.</param>
    /// <param name="prefixes">How many prefixes the party's are in; null for one each.</param>
    /// <param name="size">Forwarders.</param>
    public AdversaryWorld(ulong seed, double share, int? prefixes, int size)
    {
        _random = new SimulatedRandom(seed);
        _epochKey = X25519PrivateKey.Generate(_random);
        var owned = (int)(size * share);
        _all = new ForwarderDescriptor[size];
        for (var i = 0; i < size; i++)
        {
            var isOwned = i < owned;
            var prefix = (uint)(isOwned && prefixes is { } few ? i % few : i);
            var endpoint = Endpoint.FromIPv4(0x0B00_0000 + (prefix << 8) + 1 + (isOwned && prefixes is { } ? (uint)(i / prefixes.Value) % 250 : 0), 4711);
            using var key = X25519PrivateKey.Generate(_random);
            var madeAt = isOwned ? Now : Now - _random.NextBelow((int)DirectoryLimits.RenewAfter);
            _all[i] = ForwarderDescriptor.Sign(key, madeAt, [new PublicForwardingKey(ForwardingEpoch.At(Now), _epochKey.PublicKey)], [endpoint], null, _random);
        }

        _party = _all[..owned];
        _owned = [.. _party.Select(static one => one.Key)];
    }

    /// <summary>Somebody who knows forwarders, and draws.</summary>
    public (PathChooser Chooser, double Share) Draw()
    {
        var networks = new OwnNetworks([Endpoint.FromIPv4(0x5000_0001, 1)]);
        var book = new ForwarderBook(() => networks, _random);
        for (var i = 0; i < Neighbours; i++)
        {
            var neighbour = _all[_random.NextBelow(_all.Length)];
            var teller = book.GroupOf(neighbour.Endpoints[0]);
            book.Add(Now, neighbour, ForwarderBook.Itself);
            var listed = IsOwned(neighbour) ? _party : _all;
            for (var j = 1; j < DirectoryLimits.MaxListed; j++)
                book.Add(Now, listed[_random.NextBelow(listed.Length)], teller);
        }

        var view = book.View(Now);
        return (new PathChooser(book, _random), view.Count(one => IsOwned(one.Descriptor)) / (double)view.Count);
    }

    /// <summary>Three nodes that packets come to somebody by: meeting points, or guards.</summary>
    public static ForwarderDescriptor[] Ends(PathChooser chooser) => [.. chooser.TryDraw(Now, 3, new PathExclusions())!.Select(static one => one.Descriptor)];

    /// <summary>Two paths of a message to two of these.</summary>
    public ((ForwarderDescriptor First, ForwarderDescriptor Last) One, (ForwarderDescriptor First, ForwarderDescriptor Last) Other) Message(PathChooser sender, ForwarderDescriptor[] ends)
    {
        var start = _random.NextBelow(ends.Length);
        var (last, otherLast) = (ends[start], ends[(start + 1) % ends.Length]);
        var path = sender.TryDraw(Now, 2, new PathExclusions().Add(last.Key, sender.GroupOf(last)))!;
        var other = sender.TryDraw(Now, 2, new PathExclusions().Add(path).Add(otherLast.Key, sender.GroupOf(otherLast)))!;
        return ((path[0].Descriptor, last), (other[0].Descriptor, otherLast));
    }

    public bool IsOwned(ForwarderDescriptor one) => _owned.Contains(one.Key);

    public void Dispose() => _epochKey.Dispose();
}
