using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>
/// Keeps meeting points for our contacts (docs/protocol/paths.md): three nodes, at each a handle for each contact. In the open form the nodes are our guards and hand us what comes over our session; in the veiled one we leave stocks of
/// reply blocks there through forwarders, top them up as they are used, try them by packets to ourselves, and lay them anew in each epoch. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed partial class MeetingKeeper(IMeetingWorld world, GuardKeeper guards, ForwarderBook book, PathChooser chooser, PacketMaker packets, IRandom random)
{
    private readonly List<OwnPoint> _points = [];
    private readonly Dictionary<NodeHandle, (OwnPoint Point, OwnHandle Handle)> _handles = [];
    private readonly PacketQueue _queue = new();
    private readonly List<(OwnPoint Point, MeetingSecret Secret)> _givenUp = []; // what could not be said yet
    private HashSet<AccountId> _contacts = [];
    private int _epoch = -1;
    private long _renewAt = long.MaxValue;
    private long _workAt = long.MaxValue;
    private readonly LoopTimes _loops = new();
    private ulong _probes;

    /// <summary>How what comes is brought to us.</summary>
    public MeetingForm Form { get; private set; }

    /// <summary>Another number each time that <see cref="Save"/> has something else to say.</summary>
    public int Version { get; private set; }

    /// <summary>By how much longer a packet to ourselves may take, as it is asked to wait on its way.</summary>
    public long Slowness { get; set; }

    /// <summary>What came in.</summary>
    public MeetingArrivals Arrivals { get; } = new();

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            if (Form == MeetingForm.None)
                return long.MaxValue;
            var next = Math.Min(Math.Min(_renewAt, _workAt), _queue.NextDeadline);
            if (Form == MeetingForm.Veiled)
            {
                foreach (var point in _points)
                    next = Math.Min(next, point.ProbeAt);
            }

            return next;
        }
    }

    /// <summary>Sets how, and for whom; another form takes other points, and other handles.</summary>
    public void Set(long now, MeetingForm form, IReadOnlyCollection<AccountId> contacts)
    {
        if (form != Form)
        {
            foreach (var point in _points.ToArray())
                Remove(point);
            Form = form;
            Version++;
        }

        var gone = _contacts.Where(one => !contacts.Contains(one)).ToList();
        _contacts = [.. contacts];
        foreach (var contact in gone)
        {
            foreach (var point in _points)
            {
                if (point.Handles.Remove(contact, out var handle))
                    GiveUp(now, point, handle);
            }
        }

        Advance(now);
    }

    /// <summary>How long a packet to ourselves is waited for, milliseconds; null for as long as others took.</summary>
    public Func<long>? ProbePatience { get; set; }

    /// <summary>Takes over what an earlier run kept, before <see cref="Set"/>; nodes that cannot be read are left out. Contacts know the handles already: they are told of those that are given up alone.</summary>
    public void Restore(long now, SavedForwarding saved)
    {
        Form = saved.Form;
        foreach (var one in saved.Meetings)
        {
            if (!ForwarderDescriptor.TryRead(one.Node.Span, out var node) || one.Key.Length != MeetingSeal.KeySize)
                continue;
            var point = _points.Find(other => other.Node.Key == node.Key);
            if (point is null)
            {
                if (_points.Count == MeetingLimits.Points)
                    continue;
                _points.Add(point = new OwnPoint(node) { ProbeAt = now + MeetingLimits.BusyProbe, HeardAt = now, IsUnproved = true });
            }

            Add(point, new OwnHandle(one.Contact, one.Secret, one.Key) { IsReady = true, IsStale = Form == MeetingForm.Veiled });
            _contacts.Add(one.Contact);
        }

        guards.Restore(now, Form == MeetingForm.Open ? _points.Select(static point => point.Node) : Read(saved.Guards));
        Advance(now);
    }

    /// <summary>What is kept over a restart.</summary>
    public SavedForwarding Save() => new(
        Form,
        Form == MeetingForm.Open ? [] : [.. guards.All.Select(static guard => (ReadOnlyMemory<byte>)guard.Encoded.ToArray())],
        [.. _points.SelectMany(static point => point.Handles.Values.Select(handle => new SavedMeeting(handle.Contact, point.Node.Encoded.ToArray(), handle.Secret, handle.Key)))]);

    /// <summary>Where a contact may meet us; empty while there is nowhere.</summary>
    public IReadOnlyList<MeetingAddress> AddressesFor(long now, AccountId contact)
    {
        var addresses = new List<MeetingAddress>(MeetingLimits.Points);
        foreach (var point in _points)
        {
            if (point.Handles.TryGetValue(contact, out var handle) && handle.IsReady)
                addresses.Add(new MeetingAddress(packets.Newest(now, point.Node) ?? point.Node, handle.Handle, handle.Key));
        }

        return addresses;
    }

    /// <summary>The guards, or which of them are there, have changed, or another forwarder is known.</summary>
    public void Changed(long now) => Advance(now);

    /// <summary>A guard answered REGISTER.</summary>
    public void Registered(long now, X25519PublicKey guard, NodeHandle handle, bool isTaken)
    {
        if (!_handles.TryGetValue(handle, out var one) || one.Point.Node.Key != guard)
            return;
        if (!isTaken)
        {
            // It may have been started just now, and not know yet that it is reached: it takes sessions before handles.
            one.Handle.Refused(now);
            _workAt = Math.Min(_workAt, one.Handle.AskAt);
            return;
        }

        if (one.Handle.IsReady)
            return;
        one.Handle.IsReady = true;
        world.AddressesChanged(now, one.Handle.Contact);
    }

    /// <summary>A guard handed us what came for a handle: <see cref="SphinxFormat.PayloadSize"/> bytes, opened in their place.</summary>
    public void Delivered(long now, NodeHandle handle, Span<byte> payload)
    {
        if (_handles.TryGetValue(handle, out var one))
            Open(now, one.Point, one.Handle, payload);
        else
            Arrivals.Unknown++;
    }

    /// <summary>A packet came by a reply block that was left at a handle; its payload is opened in its place.</summary>
    public void Replied(long now, ReplyUse use, Span<byte> payload)
    {
        if (!_handles.TryGetValue(use.Handle, out var one))
        {
            Arrivals.Unknown++;
            return;
        }

        one.Handle.Used(use.Number);
        Open(now, one.Point, one.Handle, payload);
        Fill(now, one.Point, one.Handle);
        _queue.Drain(now, world.Send);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        if (Form == MeetingForm.None)
            return;
        if (_renewAt <= now)
            Renew(now);
        if (_workAt <= now)
            Advance(now);
        if (Form == MeetingForm.Veiled)
        {
            foreach (var point in _points.Where(one => one.ProbeAt <= now).ToList())
                Probe(now, point);
        }

        _queue.Drain(now, world.Send);
    }

    private void Open(long now, OwnPoint point, OwnHandle handle, Span<byte> payload)
    {
        if (!MeetingSeal.TryOpen(handle.Key.Span, payload, out var body) || !MeetingContent.TryRead(body, out var content))
        {
            Arrivals.Broken++;
            return;
        }

        switch (content)
        {
            case PieceContent piece:
                handle.UsedAt = now;
                if (point.Probe is null)
                    point.ProbeAt = now + _loops.Pause;
                // What comes shows as well as a packet of our own that the stock is there.
                (point.ProbesLost, point.HeardAt) = (0, now);
                Arrivals.Pieces++;
                world.Received(now, handle.Contact, piece.Piece);
                break;
            case LoopContent loop:
                Arrivals.Loops++;
                Probed(now, point, loop.Number);
                break;
            default:
                break;
        }
    }

    // Keeps the points, their handles and their stocks as they should be.
    private void Advance(long now)
    {
        _workAt = long.MaxValue;
        if (Form == MeetingForm.None)
            return;
        var epoch = book.EpochAt(now);
        if (epoch != _epoch)
        {
            _renewAt = book.StartOf(epoch + 1) + random.NextInt64(0, MeetingLimits.RenewalSpread); // not everybody at midnight
            _epoch = epoch;
        }

        Draw(now);
        SayGivenUp(now);
        foreach (var point in _points)
        {
            foreach (var contact in _contacts.Where(contact => !point.Handles.ContainsKey(contact)).ToList())
                Add(point, OwnHandle.Draw(contact, random));
            foreach (var handle in point.Handles.Values)
            {
                if (Form == MeetingForm.Open)
                    Register(now, point, handle);
                else
                    Fill(now, point, handle);
            }
        }

        _queue.Drain(now, world.Send);
    }

    private void Draw(long now)
    {
        if (Form == MeetingForm.Open)
        {
            var all = guards.All.ToList();
            foreach (var point in _points.Where(point => all.TrueForAll(guard => guard.Key != point.Node.Key)).ToList())
                Replace(now, point);
            foreach (var guard in all.Where(guard => _points.TrueForAll(point => point.Node.Key != guard.Key)))
                _points.Add(new OwnPoint(guard));
            return;
        }

        while (_points.Count < MeetingLimits.Points)
        {
            var without = new PathExclusions();
            foreach (var point in _points)
                without.Add(point.Node.Key, chooser.GroupOf(point.Node));
            foreach (var guard in guards.All)
                without.Add(guard.Key, chooser.GroupOf(guard));
            if (guards.Live.Count == 0 || packets.DrawEnd(now, without) is not { } drawn)
            {
                _workAt = now + MeetingLimits.LastReconnect;
                return;
            }

            _points.Add(new OwnPoint(drawn.Descriptor) { ProbeAt = now + MeetingLimits.BusyProbe, HeardAt = now });
        }
    }

    private void Register(long now, OwnPoint point, OwnHandle handle)
    {
        if (guards.Live.All(guard => guard.Node.Key != point.Node.Key))
            handle.Unregistered(); // a session that ends takes what was registered on it along
        else if (!handle.IsAsked && handle.AskAt > now)
            _workAt = Math.Min(_workAt, handle.AskAt);
        else if (!handle.IsAsked)
        {
            handle.IsAsked = true;
            world.Register(point.Node.Key, handle.Secret);
        }
    }

    private static List<ForwarderDescriptor> Read(IEnumerable<ReadOnlyMemory<byte>> nodes)
    {
        var read = new List<ForwarderDescriptor>();
        foreach (var node in nodes)
        {
            if (ForwarderDescriptor.TryRead(node.Span, out var descriptor))
                read.Add(descriptor);
        }

        return read;
    }

    private void Add(OwnPoint point, OwnHandle handle)
    {
        Version++;
        point.Handles[handle.Contact] = handle;
        _handles[handle.Handle] = (point, handle);
    }

    private void GiveUp(long now, OwnPoint point, OwnHandle handle)
    {
        Version++;
        _handles.Remove(handle.Handle);
        if (Form == MeetingForm.Open)
            world.Forget(point.Node.Key, handle.Secret);
        else if (_givenUp.Count < MeetingLimits.MaxGivenUp)
            _givenUp.Add((point, handle.Secret));
        SayGivenUp(now);
    }

    // Of the veiled form: as soon as there is a way. What is not said in this run is forgotten there by itself.
    private void SayGivenUp(long now)
    {
        for (var i = _givenUp.Count - 1; i >= 0; i--)
        {
            if (_queue.Count >= MeetingLimits.MaxQueued || Service(now, _givenUp[i].Point, new ForgetMessage(_givenUp[i].Secret)) is not { } packet)
                continue;
            _queue.Add(packet);
            _givenUp.RemoveAt(i);
        }
    }

    private void Remove(OwnPoint point)
    {
        Version++;
        _points.Remove(point);
        foreach (var handle in point.Handles.Values)
            _handles.Remove(handle.Handle);
    }

    private void Replace(long now, OwnPoint point)
    {
        Remove(point);
        _workAt = now;
        foreach (var handle in point.Handles.Values.Where(static one => one.IsReady))
            world.AddressesChanged(now, handle.Contact);
    }
}
