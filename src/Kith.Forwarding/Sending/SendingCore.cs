using Kith.Crypto;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Sending;

/// <summary>
/// Sends envelopes through forwarders (docs/protocol/paths.md, "Sending"): each over two paths at once that end at two of the contact's meeting points, again over new ones when no acknowledgement comes, with growing pauses,
/// until one does or this way is given up, which is said. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class SendingCore(ISendingWorld world, IPacketMaker packets, PathChooser chooser, IRandom random)
{
    private readonly Dictionary<MessageId, OutgoingMessage> _messages = [];
    private readonly Dictionary<AccountId, int> _ofPeer = [];
    private readonly Dictionary<ReplyId, Attempt> _replies = [];
    private readonly PriorityQueue<OutgoingMessage, long> _due = new();
    private readonly PriorityQueue<Attempt, long> _watched = new(); // until their answers are late
    private readonly Queue<Attempt> _old = new(); // until their answers would say nothing any more
    private readonly Dictionary<NodeHandle, int> _lostAt = []; // paths one after the other, by where they ended: the node may be there and have forgotten the handle
    private readonly PacketQueue _queue = new();
    private long _bytes;
    private bool _wasFull;

    /// <summary>Forwarders between us and the contact, the meeting point counted: 2 to 5.</summary>
    public int Forwarders { get; set; } = PathLimits.DefaultForwarders;

    /// <summary>How long acknowledgements take.</summary>
    public RoundTrip RoundTrip { get; } = new();

    /// <summary>What was sent and what came of it.</summary>
    public SendingCounters Counters { get; } = new();

    /// <summary>Messages under way.</summary>
    public int Count => _messages.Count;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            var next = _queue.NextDeadline;
            if (_due.TryPeek(out _, out var at))
                next = Math.Min(next, at);
            if (_watched.TryPeek(out _, out at))
                next = Math.Min(next, at);
            return next;
        }
    }

    /// <summary>Takes an envelope for a contact; null when there is no room (<see cref="ISendingWorld.HasRoom"/> says when there is), or it is too long.</summary>
    public MessageId? Submit(long now, AccountId peer, ReadOnlyMemory<byte> envelope)
    {
        var capacity = SphinxFormat.BodySize - PieceContent.Overhead;
        if (_messages.Count >= SendingLimits.MaxMessages || _ofPeer.GetValueOrDefault(peer) >= SendingLimits.MaxMessagesOfPeer
            || (_bytes > 0 && _bytes + envelope.Length > SendingLimits.MaxBytes) || _queue.Count >= SendingLimits.MaxQueued)
        {
            _wasFull = true;
            return null;
        }

        if (Piece.Cut(envelope, capacity, ReplyBlock.MaxSize) is not { } pieces)
            return null;
        var id = Piece.IdOf(envelope.Span);
        // One that is under way already has another name the second time, and may arrive twice.
        var message = new OutgoingMessage(peer, _messages.ContainsKey(id) ? MessageId.FromBytes(random.NextBytes(MessageId.Size)) : id, pieces, envelope, now);
        _messages.Add(message.Id, message);
        _ofPeer[peer] = _ofPeer.GetValueOrDefault(peer) + 1;
        _bytes += message.Size;
        Try(now, message);
        _queue.Drain(now, Leave);
        return message.Id;
    }

    /// <summary>A message is not needed any more: it has reached the contact otherwise.</summary>
    public void Withdraw(long now, MessageId id)
    {
        if (_messages.TryGetValue(id, out var message))
            End(now, message);
    }

    /// <summary>An answer has come by a reply block that went with a message. False when it is none of ours.</summary>
    public bool Answered(long now, ReplyId reply)
    {
        if (!_replies.Remove(reply, out var attempt))
            return false;
        if (attempt.IsAnswered)
            return true;
        attempt.IsAnswered = true;
        RoundTrip.Take(now - attempt.SentAt);
        chooser.Succeeded(attempt.Path, attempt.SentAt);
        _lostAt.Remove(attempt.Point);
        Counters.Answers++;
        var message = attempt.Message;
        if (message.IsOver)
            return true;
        End(now, message);
        Counters.Acknowledged++;
        world.Acknowledged(now, Describe(now, message));
        return true;
    }

    /// <summary>New meeting points of a contact, or new forwarders, are known: what found no path tries again at once.</summary>
    public void Changed(long now)
    {
        foreach (var message in _messages.Values.Where(static one => one.Attempts == 0).ToList())
            Plan(message, now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        while (_due.TryPeek(out var message, out var due) && due <= now)
        {
            _due.Dequeue();
            if (!message.IsOver && message.NextAt <= now)
                Try(now, message);
        }

        while (_watched.TryPeek(out var watched, out var at) && at <= now)
        {
            _watched.Dequeue();
            Doubt(now, watched);
        }

        while (_old.TryPeek(out var old) && old.SentAt + SendingLimits.ReplyLifetime <= now)
            _replies.Remove(_old.Dequeue().Reply!.Value);

        _queue.Drain(now, Leave);
    }

    private void Leave(long now, OutgoingPacket packet)
    {
        Counters.Packets++;
        world.Send(now, packet);
        Room(now);
    }

    private void Try(long now, OutgoingMessage message)
    {
        foreach (var lost in message.Paths)
            Doubt(now, lost);
        if (message.Attempts >= SendingLimits.MaxAttempts || now - message.FruitlessSince >= SendingLimits.MaxFruitless)
        {
            End(now, message);
            Counters.GivenUp++;
            world.GivenUp(now, Describe(now, message));
            return;
        }

        // What is to be tried again stands behind what has not left yet.
        var isTried = _queue.Count < SendingLimits.MaxQueued && Attempt(now, message);
        if (isTried)
        {
            message.FruitlessSince = null;
            Counters.Attempts++;
            // Each attempt takes new paths, so the first few need not wait for each other: the pause is the estimate, 10 s at most, and only later ones grow beyond that.
            var pause = RoundTrip.Patience << Math.Max(0, ++message.Attempts - SendingLimits.EvenAttempts);
            Plan(message, now + Math.Min(pause, SendingLimits.LastPause));
        }
        else
        {
            message.FruitlessSince ??= now;
            Plan(message, now + SendingLimits.NoPathPause);
        }
    }

    private bool Attempt(long now, OutgoingMessage message)
    {
        var points = Points(now, message);
        if (points.Count == 0)
            return false;
        message.LastPoints.Clear();
        var paths = PathsFor(message);
        // Whoever stands where one path ends sees the handle: on another it would see who sends, at the same moment.
        var ends = new PathExclusions();
        foreach (var point in points.Take(paths))
            ends.Add(point.Node.Key, chooser.GroupOf(packets.Newest(now, point.Node)!));
        var isSent = false;
        for (var start = 0; start < message.Pieces.Length; start += SendingLimits.PiecesOnPath)
        {
            var end = Math.Min(message.Pieces.Length, start + SendingLimits.PiecesOnPath);
            var taken = new PathExclusions().Add(ends);
            for (var i = 0; i < paths; i++)
            {
                var point = points[i % points.Count];
                // Once more without regard to the other path: two that meet are better than one. Last of all with another's end on it.
                isSent |= Send(now, message, point, start..end, taken, ends) || Send(now, message, point, start..end, new PathExclusions().Add(ends), ends) || Send(now, message, point, start..end, new PathExclusions(), ends);
                message.LastPoints.Add(point.Handle);
            }
        }

        return isSent;
    }

    // Where so many wait for their answers it is the forwarders, or we, who have too much to do: more packets would make it worse.
    private int PathsFor(OutgoingMessage message) =>
        message.Attempts == 0 ? SendingLimits.PathsAtOnce : _messages.Count > SendingLimits.ManyUnderWay ? 1 : SendingLimits.PathsOfRetry;

    // Those that can be used now; the ones not used last come first.
    private List<MeetingAddress> Points(long now, OutgoingMessage message)
    {
        var points = world.MeetingPointsOf(message.Peer).Where(point => packets.Newest(now, point.Node) is not null).ToList();
        return [.. points.OrderBy(point => message.LastPoints.Contains(point.Handle) ? 1 : 0).ThenBy(point => _lostAt.GetValueOrDefault(point.Handle)).ThenBy(_ => random.NextUInt32())];
    }

    private bool Send(long now, OutgoingMessage message, MeetingAddress point, Range stretch, PathExclusions taken, PathExclusions ends)
    {
        var node = packets.Newest(now, point.Node)!;
        var without = new PathExclusions().Add(taken).Add(node.Key, chooser.GroupOf(node));
        if (packets.Draw(now, Forwarders - 1, without) is not { } path)
            return false;
        MadeReplyBlock? reply = null;
        if (stretch.Start.Value == 0)
        {
            reply = packets.MakeReplyBlock(now, without.Add(path)) ?? packets.MakeReplyBlock(now, ends) ?? packets.MakeReplyBlock(now, new PathExclusions());
            if (reply is null)
                return false;
        }

        taken.Add(path);
        foreach (var piece in PiecesOf(message, stretch, reply))
            _queue.Add(packets.ToHandle(now, path, point with { Node = node }, new PieceContent(piece).ToArray()));

        var attempt = new Attempt(message, now, [.. path.Select(static one => one.Descriptor.Key), node.Key, .. reply?.Path ?? []], point.Handle, reply?.Id);
        message.Paths.Add(attempt);
        if (attempt.Reply is { } id)
        {
            _replies.Add(id, attempt);
            _watched.Enqueue(attempt, now + Math.Min(2 * RoundTrip.Patience, SendingLimits.MaxPatience));
            _old.Enqueue(attempt);
        }

        return true;
    }

    private static IEnumerable<Piece> PiecesOf(OutgoingMessage message, Range stretch, MadeReplyBlock? reply)
    {
        // Beside a reply block of a longer path there is no room for all of it.
        if (message.Whole is { } whole && reply?.Bytes.Length == ReplyBlock.ShortSize)
            return [new Piece(message.Id, 0, 1, reply.Bytes, whole)];
        return Enumerable.Range(stretch.Start.Value, stretch.End.Value - stretch.Start.Value)
            .Select(index => new Piece(message.Id, index, message.Pieces.Length, index == 0 ? reply!.Bytes : default, message.Pieces[index]));
    }

    // A path whose answer did not come in time is passed over for a while.
    private void Doubt(long now, Attempt attempt)
    {
        if (attempt.IsAnswered || attempt.IsDoubted || attempt.Reply is null)
            return;
        attempt.IsDoubted = true;
        Counters.Lost++;
        chooser.Failed(now, attempt.Path, attempt.SentAt);
        if (_lostAt.Count >= SendingLimits.MaxLostAt)
            _lostAt.Clear();
        _lostAt[attempt.Point] = _lostAt.GetValueOrDefault(attempt.Point) + 1;
    }

    private void Plan(OutgoingMessage message, long at)
    {
        message.NextAt = at;
        _due.Enqueue(message, at);
    }

    private void End(long now, OutgoingMessage message)
    {
        message.End();
        _messages.Remove(message.Id);
        _bytes -= message.Size;
        if (--_ofPeer[message.Peer] == 0)
            _ofPeer.Remove(message.Peer);
        Room(now);
    }

    private void Room(long now)
    {
        if (!_wasFull || _messages.Count >= SendingLimits.MaxMessages || _queue.Count >= SendingLimits.MaxQueued / 2)
            return;
        _wasFull = false;
        world.HasRoom(now);
    }

    private static SentMessage Describe(long now, OutgoingMessage message) => new(message.Peer, message.Id, message.Attempts, now - message.TakenAt);
}
