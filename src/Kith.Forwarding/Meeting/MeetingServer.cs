using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Transport;

namespace Kith.Forwarding.Meeting;

/// <summary>
/// A meeting point (docs/protocol/paths.md): keeps handles for people whom it does not know. What comes for a handle goes over the session that registered it, or by one of the reply blocks that were left there, each used once,
/// oldest first. All of it is in memory alone and bounded. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class MeetingServer(IMeetingServerWorld world)
{
    private const long Day = 24L * 60 * 60_000;
    private const long SweepPause = 1_000;

    private readonly Dictionary<NodeHandle, MeetingHandleEntry> _handles = [];
    private readonly Dictionary<X25519PublicKey, HashSet<NodeHandle>> _sessions = [];
    private readonly Dictionary<ulong, int> _blocksOf = []; // by who brought them
    private readonly Dictionary<ulong, int> _handlesOf = []; // by who brought what they began with
    private int _blocks;
    private int _held;
    private long _sweepAt;

    /// <summary>What it did.</summary>
    public MeetingCounters Counters { get; } = new();

    /// <summary>Handles that are kept.</summary>
    public int Count => _handles.Count;

    /// <summary>Reply blocks that are kept.</summary>
    public int Blocks => _blocks;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => _handles.Count == 0 ? long.MaxValue : _sweepAt;

    /// <summary>Packets for a handle go over this session from now on. False when there is no room.</summary>
    /// <param name="now">The time.</param>
    /// <param name="session">The static key that the session's other side proved.</param>
    /// <param name="secret">The handle's.</param>
    /// <param name="source">Where the session comes from, as the forwarder counts sources: a prefix.</param>
    public bool Register(long now, X25519PublicKey session, MeetingSecret secret, ulong source = 0)
    {
        if (!_sessions.TryGetValue(session, out var handles))
        {
            if (_sessions.Count >= MeetingLimits.MaxSessions)
                return Refuse();
            _sessions.Add(session, handles = []);
        }

        var handle = secret.Handle;
        if (!handles.Contains(handle) && handles.Count >= MeetingLimits.MaxHandlesOfSession)
            return Refuse();
        if (Open(now, handle, source) is not { } entry)
            return Refuse();
        if (entry.Session is { } other && other != session)
            _sessions.GetValueOrDefault(other)?.Remove(handle);
        entry.Session = session;
        handles.Add(handle);
        while (entry.Held.TryDequeue(out var held))
        {
            _held--;
            Hand(session, handle, held.Body);
        }

        return true;
    }

    /// <summary>A session has ended: nothing goes over it any more.</summary>
    public void Gone(X25519PublicKey session)
    {
        if (!_sessions.Remove(session, out var handles))
            return;
        foreach (var handle in handles)
        {
            if (!_handles.TryGetValue(handle, out var entry) || entry.Session != session)
                continue;
            entry.Session = null;
            if (entry.Stock.Count == 0)
                Drop(handle, entry);
        }
    }

    /// <summary>Somebody gives a handle up.</summary>
    public void Forget(MeetingSecret secret)
    {
        var handle = secret.Handle;
        if (!_handles.TryGetValue(handle, out var entry))
            return;
        if (entry.Session is { } session)
            _sessions.GetValueOrDefault(session)?.Remove(handle);
        Drop(handle, entry);
    }

    /// <summary>The body of a packet that ended here. False when it asks for nothing that is done here.</summary>
    /// <param name="now">The time.</param>
    /// <param name="body">The body.</param>
    /// <param name="source">Whose session it came over, as the forwarder counts sources: a prefix.</param>
    public bool Serve(long now, ReadOnlySpan<byte> body, ulong source = 0)
    {
        if (!ServiceMessage.TryRead(body, out var message))
        {
            Counters.Malformed++;
            return false;
        }

        switch (message)
        {
            case StockMessage stock:
                foreach (var block in stock.ReplyBlocks)
                    Stock(now, stock.Secret.Handle, block, source);
                break;
            case ReplyMessage reply:
                Reply(now, reply);
                break;
            case ForgetMessage forget:
                Forget(forget.Secret);
                break;
            default:
                break;
        }

        return true;
    }

    /// <summary>A packet for a handle.</summary>
    public void Take(long now, NodeHandle handle, ReadOnlyMemory<byte> body)
    {
        if (!_handles.TryGetValue(handle, out var entry))
        {
            Counters.Unknown++;
            return;
        }

        entry.UsedAt = now;
        if (entry.Session is { } session)
            Hand(session, handle, body);
        else if (TryTakeBlock(now, entry, out var block))
        {
            Use(now, block, body);
            if (entry.Stock.Count > MeetingLimits.SpareStock && TryTakeBlock(now, entry, out block))
                Use(now, block, body);
        }
        else
            Hold(now, entry, body);
    }

    /// <summary>Lets go of what is old.</summary>
    public void Tick(long now)
    {
        if (now < _sweepAt)
            return;
        _sweepAt = now + SweepPause;
        foreach (var (handle, entry) in _handles.ToArray())
        {
            while (entry.Held.TryPeek(out var held) && held.Until <= now)
            {
                entry.Held.Dequeue();
                _held--;
                Counters.Dropped++;
            }

            // With nothing there the next block begins it anew, and it takes room until then.
            var lifetime = entry.Stock.Count > 0 ? MeetingLimits.HandleLifetime : MeetingLimits.EmptyLifetime;
            if (entry.Session is null && entry.Held.Count == 0 && now - entry.UsedAt >= lifetime)
                Drop(handle, entry);
        }
    }

    private void Stock(long now, NodeHandle handle, ReadOnlyMemory<byte> block, ulong source)
    {
        // What waits takes it at once: it needs no room.
        if (_handles.TryGetValue(handle, out var waiting) && waiting.Held.TryDequeue(out var held))
        {
            _held--;
            waiting.UsedAt = now;
            Counters.Stocked++;
            Use(now, block, held.Body);
            return;
        }

        if (_blocks >= MeetingLimits.MaxBlocks || _blocksOf.GetValueOrDefault(source) >= MeetingLimits.MaxBlocksOfSource || Open(now, handle, source) is not { } entry)
        {
            Counters.Refused++;
            return;
        }

        Counters.Stocked++;
        if (entry.Stock.Count >= MeetingLimits.MaxStock)
        {
            CountOff(entry.Stock.Dequeue().Source);
        }

        entry.Stock.Enqueue((block, now / Day, source));
        _blocks++;
        _blocksOf[source] = _blocksOf.GetValueOrDefault(source) + 1;
    }

    private void CountOff(ulong source)
    {
        _blocks--;
        CountOff(_blocksOf, source);
    }

    private static void CountOff(Dictionary<ulong, int> counts, ulong source)
    {
        if (--counts[source] == 0)
            counts.Remove(source);
    }

    private MeetingHandleEntry? Open(long now, NodeHandle handle, ulong source)
    {
        if (!_handles.TryGetValue(handle, out var entry))
        {
            var others = _handlesOf.GetValueOrDefault(source);
            if (_handles.Count >= MeetingLimits.MaxHandles || others >= MeetingLimits.MaxHandlesOfSource)
                return null;
            _handlesOf[source] = others + 1;
            _handles.Add(handle, entry = new MeetingHandleEntry(source));
            _sweepAt = Math.Min(_sweepAt, now + SweepPause);
        }

        entry.UsedAt = now;
        return entry;
    }

    // Those of the day before yesterday are for keys that nobody has any more.
    private bool TryTakeBlock(long now, MeetingHandleEntry entry, out ReadOnlyMemory<byte> block)
    {
        while (entry.Stock.TryDequeue(out var next))
        {
            CountOff(next.Source);
            block = next.Block;
            if ((now / Day) - next.Day <= 1)
                return true;
        }

        block = default;
        return false;
    }

    private void Hand(X25519PublicKey session, NodeHandle handle, ReadOnlyMemory<byte> body)
    {
        Counters.Delivered++;
        world.Deliver(session, handle, body);
    }

    private void Use(long now, ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> payload)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        if (!ReplyBlock.TryRead(bytes.Span, out var block) || !block!.TryBuildRaw(payload.Span, packet))
        {
            Counters.Malformed++;
            return;
        }

        Counters.Delivered++;
        world.Send(now, block.First, packet);
    }

    private void Reply(long now, ReplyMessage reply)
    {
        var packet = new byte[SphinxFormat.PacketSize];
        if (!ReplyBlock.TryRead(reply.ReplyBlock.Span, out var block) || !block!.TryBuild(reply.Content.Span, packet))
        {
            Counters.Malformed++;
            return;
        }

        Counters.Replies++;
        world.Send(now, block.First, packet);
    }

    private void Hold(long now, MeetingHandleEntry entry, ReadOnlyMemory<byte> body)
    {
        if (entry.Held.Count >= MeetingLimits.MaxHeldOfHandle || _held >= MeetingLimits.MaxHeld)
        {
            Counters.Dropped++;
            return;
        }

        entry.Held.Enqueue((body, now + MeetingLimits.HoldTime));
        _held++;
    }

    private void Drop(NodeHandle handle, MeetingHandleEntry entry)
    {
        _handles.Remove(handle);
        CountOff(_handlesOf, entry.Source);
        foreach (var (_, _, source) in entry.Stock)
            CountOff(source);
        _held -= entry.Held.Count;
    }

    private bool Refuse()
    {
        Counters.Refused++;
        return false;
    }
}
