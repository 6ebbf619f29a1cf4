using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Sending;

/// <summary>
/// Makes packets and reply blocks over forwarders that are known (docs/protocol/paths.md, "Paths"), and takes the replies. A reply block's path ends at one of the nodes that we keep a session with, so that nobody on it needs
/// our address. For one thread at a time; times are unix milliseconds.
/// </summary>
/// <param name="builder">Makes them.</param>
/// <param name="book">The newest descriptors.</param>
/// <param name="chooser">Draws forwarders.</param>
/// <param name="guards">The nodes that we have a session with now, and the static key that we have proved on it.</param>
/// <param name="own">Our own forwarding keys, which the last layer of a reply block is for.</param>
/// <param name="random">Delays and choices.</param>
public sealed class PacketMaker(
    SphinxBuilder builder, ForwarderBook book, PathChooser chooser, Func<IReadOnlyList<GuardSession>> guards, ForwardingKeys own, IRandom random) : IPacketMaker
{
    private readonly ReplyBook<ReplyUse> _replies = new();
    private uint _turn = random.NextUInt32();

    /// <summary>Forwarders on a reply block's path, the guard counted: 2 to 5.</summary>
    public int Forwarders { get; set; } = PathLimits.DefaultForwarders;

    /// <summary>How long each forwarder keeps a packet in the mean, milliseconds, drawn from an exponential distribution by the sender; 0 for no delay.</summary>
    public int MeanDelay { get; set; }

    /// <summary>Whether the first forwarder must have an onion address: nothing leaves but through Tor.</summary>
    public bool ByOnion { get; set; }

    /// <inheritdoc/>
    public OutgoingPacket ToHandle(long now, IReadOnlyList<KnownForwarder> path, MeetingAddress point, ReadOnlySpan<byte> body)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        _ = builder.TryBuildMeeting(Hops(now, path, point.Node), point.Handle, point.Key.Span, body, packet);
        return new OutgoingPacket(FirstOf(path, point.Node), packet);
    }

    /// <inheritdoc/>
    public OutgoingPacket ToService(long now, IReadOnlyList<KnownForwarder> path, ForwarderDescriptor end, ReadOnlySpan<byte> body)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        _ = builder.TryBuildMessage(Hops(now, path, end), body, packet);
        return new OutgoingPacket(FirstOf(path, end), packet);
    }

    /// <inheritdoc/>
    public MadeReplyBlock? MakeReplyBlock(long now, PathExclusions without) => MakeReplyBlock(now, without, ReplyUse.Acknowledgement);

    /// <summary>Makes a reply block for a use; null while no guard is there, or too few forwarders are known.</summary>
    public MadeReplyBlock? MakeReplyBlock(long now, PathExclusions without, ReplyUse use)
    {
        var live = guards();
        if (live.Count == 0)
            return null;
        var guard = Turn(live, without);
        if (Newest(now, guard.Node) is not { } node)
            return null;
        var exclusions = new PathExclusions().Add(without).Add(node.Key, chooser.GroupOf(node));
        if (chooser.TryDraw(now, Forwarders - 1, exclusions, one => IsInner(one, now)) is not { } path)
            return null;
        var hops = Hops(now, path, node);
        PathHop[] all = [.. hops, new PathHop(HopAddress.Over(guard.SessionKey), own.Public[0].Key, 0)];
        if (!builder.TryCreateReplyBlock(all, out var block, out var keys))
            return null;
        _replies.Add(keys!, use, now + SendingLimits.BlockLifetime);
        var bytes = new byte[block!.Size];
        block.CopyTo(bytes);
        return new MadeReplyBlock(keys!.Id, bytes, [.. path.Select(static one => one.Descriptor.Key), node.Key]);
    }

    // In turn: two blocks for one message come back by two of them. Not by one that must not be on the path, while there is another: where the message ends it would see the answer come to us.
    private GuardSession Turn(IReadOnlyList<GuardSession> live, PathExclusions without)
    {
        for (var i = 0; i < live.Count; i++)
        {
            var next = live[(int)(_turn++ % (uint)live.Count)];
            if (!without.Has(next.Node.Key, chooser.GroupOf(next.Node)))
                return next;
        }

        return live[(int)(_turn++ % (uint)live.Count)];
    }

    /// <summary>A packet came by a reply block: opens its payload in its place. False when we made none of that name, or it was used.</summary>
    public bool TryTake(long now, ReplyId id, Span<byte> payload, out ReplyUse use)
    {
        var isOurs = _replies.TryTake(now, id, payload, out var found);
        use = found ?? ReplyUse.Acknowledgement;
        return isOurs;
    }

    /// <summary>Forgets blocks that can come back no more.</summary>
    public void Expire(long now) => _replies.Expire(now);

    /// <inheritdoc/>
    public ForwarderDescriptor? Newest(long now, ForwarderDescriptor known)
    {
        var newest = book.Find(known.Key)?.Descriptor is { } other && other.MadeAt > known.MadeAt ? other : known;
        return newest.KeyOf(book.EpochAt(now)) is null || newest.Endpoints.Count == 0 ? null : newest;
    }

    private bool IsInner(KnownForwarder one, long now) => one.Descriptor.Endpoints.Count > 0 && one.Descriptor.KeyOf(book.EpochAt(now)) is not null;

    /// <inheritdoc/>
    public IReadOnlyList<KnownForwarder>? Draw(long now, int count, PathExclusions without)
    {
        if (!ByOnion)
            return chooser.TryDraw(now, count, without, one => IsInner(one, now));
        // A guard, which there is a session with: each further forwarder that we call costs circuits of Tor's, and tells one more that somebody is there.
        var live = guards().Select(static guard => guard.Node.Key).ToHashSet();
        if (count == 0 || (DrawFirst(now, without, live) ?? DrawFirst(now, without, null)) is not { } first)
            return null;
        return chooser.TryDraw(now, count - 1, new PathExclusions().Add(without).Add(first), one => IsInner(one, now)) is { } rest ? [.. first, .. rest] : null;
    }

    /// <summary>Draws a forwarder at which a path can end, whoever sends; null when there is none.</summary>
    public KnownForwarder? DrawEnd(long now, PathExclusions without) => chooser.TryDraw(now, 1, without, one => IsInner(one, now)) is { } drawn ? drawn[0] : null;

    private IReadOnlyList<KnownForwarder>? DrawFirst(long now, PathExclusions without, HashSet<X25519PublicKey>? among) => chooser.TryDraw(
        now, 1, without, one => one.Descriptor.Onion is not null && one.Descriptor.KeyOf(book.EpochAt(now)) is not null && among?.Contains(one.Descriptor.Key) != false);

    private static ForwarderDescriptor FirstOf(IReadOnlyList<KnownForwarder> path, ForwarderDescriptor end) => path.Count > 0 ? path[0].Descriptor : end;

    /// <summary>Where a packet's first forwarder is for us: its onion service where nothing else may be used.</summary>
    public HopAddress FirstHop(ForwarderDescriptor node) => ByOnion && node.Onion is { } onion ? HopAddress.At(onion.Key, onion.Port) : AddressOf(node);

    private static HopAddress AddressOf(ForwarderDescriptor node)
    {
        if (node.Endpoints.Count == 0)
            return HopAddress.At(node.Onion!.Value.Key, node.Onion.Value.Port);
        // IPv4 reaches the most.
        var endpoint = node.Endpoints[0].IsIPv4 ? node.Endpoints[0] : node.Endpoints[^1];
        return HopAddress.At(endpoint, node.Key);
    }

    private PathHop[] Hops(long now, IReadOnlyList<KnownForwarder> path, ForwarderDescriptor end)
    {
        var epoch = book.EpochAt(now);
        var hops = new PathHop[path.Count + 1];
        for (var i = 0; i < hops.Length; i++)
        {
            var node = i < path.Count ? path[i].Descriptor : end;
            hops[i] = new PathHop(AddressOf(node), node.KeyOf(epoch)!.Value, i < path.Count ? Delay() : 0);
        }

        return hops;
    }

    private int Delay()
    {
        if (MeanDelay <= 0)
            return 0;
        return (int)Math.Min(SphinxFormat.MaxDelay, RandomDelay.Draw(random, MeanDelay));
    }
}
