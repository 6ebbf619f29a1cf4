using Kith.Crypto;
using Kith.Forwarding.Cover;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Forwarder;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Receiving;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <summary>
/// Everything that a node does with forwarding, put together: forwards for others, serves as a meeting point, keeps guards and meeting points of its own, sends and receives. Without I/O, for one thread at a time; times are unix
/// milliseconds.
/// </summary>
public sealed partial class ForwardingNode
{
    private readonly IForwardingWorld _world;
    private readonly IRandom _random;
    private readonly ForwardingKeys _keys;
    private readonly ForwarderEffects _effects = new();
    private readonly Dictionary<AccountId, IReadOnlyList<MeetingAddress>> _meetings = [];
    private long _maintainAt;

    /// <summary>A node that knows nobody yet.</summary>
    /// <param name="world">The world.</param>
    /// <param name="keys">Its forwarding keys; stay the caller's.</param>
    /// <param name="options">What it takes upon itself for others.</param>
    /// <param name="random">The randomness.</param>
    public ForwardingNode(IForwardingWorld world, ForwardingKeys keys, ForwarderOptions options, IRandom random)
    {
        (_world, _keys, _random) = (world, keys, random);
        var inside = new Inside(this);
        Book = new ForwarderBook(() => IsOnionOnly ? Onions!.Networks : world.Networks, random);
        Onions = new OnionFinder(world, Book, random);
        Finder = new ForwarderFinder(world, Book, random);
        Chooser = new PathChooser(Book, random);
        Forwarder = new ForwarderCore(keys, options);
        Server = new MeetingServer(inside);
        Guards = new GuardKeeper(inside, Chooser, Book) { Usable = static one => one.Descriptor.Endpoints.Count > 0 };
        Packets = new PacketMaker(new SphinxBuilder(random), Book, Chooser, () => Guards.Live, keys, random);
        Meetings = new MeetingKeeper(inside, Guards, Book, Chooser, Packets, random);
        Sending = new SendingCore(inside, Packets, Chooser, random);
        Receiving = new ReceivingCore(inside, random);
        Cover = new CoverCore(inside, Packets, random);
    }

    /// <summary>The forwarders that are known.</summary>
    public ForwarderBook Book { get; }

    /// <summary>Finds them.</summary>
    public ForwarderFinder Finder { get; }

    /// <summary>Finds them through Tor alone.</summary>
    public OnionFinder Onions { get; }

    /// <summary>Whether nothing leaves but through Tor (<see cref="UseOnionsAlone"/>).</summary>
    public bool IsOnionOnly { get; private set; }

    /// <summary>Draws paths.</summary>
    public PathChooser Chooser { get; }

    /// <summary>Forwards for others, and takes what is for us.</summary>
    public ForwarderCore Forwarder { get; }

    /// <summary>Serves others as a meeting point.</summary>
    public MeetingServer Server { get; }

    /// <summary>Our guards.</summary>
    public GuardKeeper Guards { get; }

    /// <summary>Makes packets.</summary>
    public PacketMaker Packets { get; }

    /// <summary>Our meeting points.</summary>
    public MeetingKeeper Meetings { get; }

    /// <summary>Sends messages.</summary>
    public SendingCore Sending { get; }

    /// <summary>Receives messages.</summary>
    public ReceivingCore Receiving { get; }

    /// <summary>Packets that say nothing.</summary>
    public CoverCore Cover { get; }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            ReadOnlySpan<long> all =
            [
                Forwarder.NextAt ?? long.MaxValue, Server.NextDeadline, Guards.NextDeadline, Meetings.NextDeadline, Sending.NextDeadline, Receiving.NextDeadline, Finder.NextDeadline, Onions.NextDeadline, Cover.NextDeadline, _maintainAt,
            ];
            var next = long.MaxValue;
            foreach (var one in all)
                next = Math.Min(next, one);
            return next;
        }
    }

    /// <summary>Another number each time that <see cref="MeetingKeeper.Save"/> has something else to say.</summary>
    public int KeptVersion => Meetings.Version + Guards.Version;

    /// <summary>How many forwarders stand between two people, 2 to 5, the meeting point counted; and how long each but the last keeps a packet in the mean, milliseconds.</summary>
    public void SetPaths(int forwarders, int meanDelay)
    {
        Packets.Forwarders = Sending.Forwarders = Math.Clamp(forwarders, PathLimits.MinForwarders, PathLimits.MaxForwarders);
        Packets.MeanDelay = Math.Clamp(meanDelay, 0, PathLimits.MaxMeanDelay);
        Meetings.Slowness = Sending.RoundTrip.Slowness = PathLimits.Slowness(Packets.Forwarders, Packets.MeanDelay);
    }

    /// <summary>Whether packets of others are taken.</summary>
    public void SetForwards(bool forwards) => Forwarder.Forwards = forwards;

    /// <summary>From now on, and for good, every link of our own goes through Tor: guards and first forwarders are called at their onion addresses, and others are found from these on.</summary>
    public void UseOnionsAlone(long now, IReadOnlyList<OnionPoint> entries)
    {
        IsOnionOnly = Packets.ByOnion = true;
        Guards.Usable = static one => one.Descriptor is { Onion: not null, Endpoints.Count: > 0 };
        // Tor is slow, and by how much is known once somebody has answered.
        Meetings.ProbePatience = () => Sending.RoundTrip.Smoothed is null ? MeetingLimits.OnionProbePatience : Math.Clamp(2 * Sending.RoundTrip.Patience, MeetingLimits.ProbePatience, MeetingLimits.OnionProbePatience);
        Onions.SetEntries(now, entries);
    }

    /// <summary>Other forwarders are known: what waited for them goes on.</summary>
    public void BookChanged(long now)
    {
        Guards.BookChanged(now);
        Meetings.Changed(now);
        Sending.Changed(now);
    }

    /// <summary>Where we are met, by whom; no contacts and <see cref="MeetingForm.None"/> for nobody. Guards are kept while there is a form, or <paramref name="sends"/>.</summary>
    public void Set(long now, MeetingForm form, IReadOnlyCollection<AccountId> contacts, bool sends)
    {
        // Who is met in the open form told contacts who the guards are.
        if (Meetings.Form == MeetingForm.Open && form == MeetingForm.Veiled)
            Guards.Renew(now);
        Guards.Set(now, form != MeetingForm.None || sends);
        Meetings.Set(now, form, contacts);
        Receiving.KeepOnly(contacts);
        Flush(now);
    }

    /// <summary>Where a contact is met, as they told us; empty for nowhere.</summary>
    public void SetMeetings(long now, AccountId contact, IReadOnlyList<MeetingAddress> meetings)
    {
        if (meetings.Count == 0)
            _meetings.Remove(contact);
        else
            _meetings[contact] = [.. meetings.Take(2 * MeetingLimits.Points)];
        Sending.Changed(now);
    }

    /// <summary>Where a contact may meet us.</summary>
    public IReadOnlyList<MeetingAddress> AddressesFor(long now, AccountId contact) => Meetings.AddressesFor(now, contact);

    /// <summary>Whether there is a way to a contact: they told where they are met, and paths can be drawn.</summary>
    public bool CanReach(long now, AccountId contact) =>
        Guards.Live.Count > 0 && _meetings.TryGetValue(contact, out var points) && points.Any(point => Packets.Newest(now, point.Node) is { } node && IsPathTo(now, node));

    private bool IsPathTo(long now, ForwarderDescriptor end) => Packets.Draw(now, Sending.Forwarders - 1, new PathExclusions().Add(end.Key, Chooser.GroupOf(end))) is not null;

    /// <summary>Takes an envelope for a contact; null when there is no room or no way.</summary>
    public MessageId? Send(long now, AccountId contact, ReadOnlyMemory<byte> envelope) => Sending.Submit(now, contact, envelope);

    /// <summary>An envelope that was handed on is safe.</summary>
    public void Committed(long now, AccountId from, MessageId id) => Receiving.Committed(now, from, id);

    /// <summary>A datagram came over a session.</summary>
    /// <param name="now">The time.</param>
    /// <param name="source">Who sent it, as the forwarder counts sources.</param>
    /// <param name="isGuard">Whether the session is one of ours to a guard: others hand nothing over.</param>
    /// <param name="datagram">What came; the array is ours from then on.</param>
    public void Take(long now, ulong source, bool isGuard, byte[] datagram)
    {
        if (isGuard && MeetingDelivery.TryRead(datagram, out var handle, out var payload))
            Meetings.Delivered(now, handle, payload);
        else
            Forwarder.Take(now, source, datagram, _effects);
        Flush(now, source);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        Forwarder.Advance(now, _effects);
        Flush(now);
        Server.Tick(now);
        Finder.Tick(now);
        Onions.Tick(now);
        Guards.Tick(now);
        Meetings.Tick(now);
        Sending.Tick(now);
        Receiving.Tick(now);
        Cover.Tick(now);
        if (_maintainAt <= now)
            Maintain(now);
    }

    private void Maintain(long now)
    {
        _maintainAt = now + HostingLimits.MaintenancePause;
        Packets.Expire(now);
        Guards.BookChanged(now);
        Meetings.Changed(now);
    }

    // What ends here does so when it comes, so that it is known over whose session it came.
    private void Flush(long now, ulong source = 0)
    {
        foreach (var (next, packet) in _effects.Send)
            _world.Send(next, packet);
        foreach (var (handle, payload) in _effects.Met)
            Server.Take(now, handle, payload);
        foreach (var body in _effects.Messages)
            Server.Serve(now, body, source);
        var replies = _effects.Replies.ToArray();
        if (_effects.IsKeySpent)
            _keys.Advance(Book.Wall(now));
        _effects.Clear();
        foreach (var (id, payload) in replies)
            Reply(now, id, payload);
    }

    private void Reply(long now, ReplyId id, byte[] payload)
    {
        if (!Packets.TryTake(now, id, payload, out var use))
            return;
        switch (use.Kind)
        {
            case ReplyKind.Stock:
                Meetings.Replied(now, use, payload);
                break;
            case ReplyKind.Acknowledgement when SphinxPayload.TryReadBody(payload, out _):
                Sending.Answered(now, id);
                break;
            case ReplyKind.Loop:
                Cover.Back();
                break;
            default:
                break;
        }
    }

    // What a receiver answers goes by a forwarder of its own choice first: the reply block's first forwarder was chosen by somebody else, who may own it. It says nothing: that it comes is the answer, and two answers to one message are not alike.
    private void Acknowledge(long now, ReadOnlyMemory<byte> replyBlock)
    {
        if (Packets.Draw(now, Packets.Forwarders, new PathExclusions()) is not { } path)
            return;
        var body = new ReplyMessage(replyBlock, default).ToArray();
        SendFirst(Packets.ToService(now, [.. path.Take(path.Count - 1)], path[^1].Descriptor, body));
    }

    private void SendFirst(OutgoingPacket packet) => _world.Send(Packets.FirstHop(packet.First), packet.Bytes);
}
