using Kith.Crypto;
using Kith.Forwarding.Sending;
using Kith.Forwarding.Sphinx;
using Kith.Wire;

namespace Kith.Forwarding.Receiving;

/// <summary>
/// Puts together what comes through forwarders (docs/protocol/paths.md, "Receiving"): pieces from several paths and attempts become one envelope, handed on once; once that is safe, each reply block that came with it is used
/// after a random delay, so that neither the moment nor the number of messages shows in it. Without I/O, for one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class ReceivingCore(IReceivingWorld world, IRandom random)
{
    private readonly Dictionary<AccountId, ReceivingPeer> _peers = [];
    private readonly PriorityQueue<ReadOnlyMemory<byte>, long> _waiting = new();
    private long _sweepAt;
    private int _parts; // unfinished messages of all contacts
    private int _bytes;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => Math.Min(_waiting.TryPeek(out _, out var at) ? at : long.MaxValue, _parts > 0 ? _sweepAt : long.MaxValue);

    /// <summary>The mean of the delay before an acknowledgement, milliseconds; 0 for none.</summary>
    public int MeanDelay { get; set; } = ReceivingLimits.MeanDelay;

    /// <summary>What came, and what came of it.</summary>
    public ReceivingCounters Counters { get; } = new();

    /// <summary>A piece from a contact.</summary>
    public void Take(long now, AccountId from, Piece piece)
    {
        Sweep(now);
        var peer = PeerOf(now, from);
        if (peer is null)
            return;
        if (!piece.ReplyBlock.IsEmpty && !peer.Blocks.TryAdd(piece.ReplyBlock.Span))
            piece = piece with { ReplyBlock = default };
        if (peer.Seen.Has(now, piece.Id, out var isCommitted))
        {
            Counters.Repeated++;
            Answer(now, peer, piece, isCommitted);
            return;
        }

        if (piece.Count == 1)
        {
            // Whole: what there is of it in pieces is of no use any more.
            if (peer.Parts.TryGetValue(piece.Id, out var rest))
                Forget(peer, piece.Id, rest);
            Keep(peer, piece);
            Take(now, from, peer, piece.Id, piece.Bytes);
            return;
        }

        if (Part(now, peer, piece) is not { } part)
            return;
        part.HeardAt = now;
        if (part.Has(piece.Index))
        {
            Counters.Repeated++;
        }
        else if (part.Bytes + piece.Bytes.Length > SendingLimits.MaxEnvelope || peer.Bytes + piece.Bytes.Length > ReceivingLimits.MaxBytesOfPeer || _bytes + piece.Bytes.Length > ReceivingLimits.MaxBytes)
        {
            Counters.Refused++;
            return;
        }
        else
        {
            part.Add(piece);
            Count(peer, piece.Bytes.Length);
        }

        Keep(peer, piece);
        if (part.Join() is not { } envelope)
            return;
        Forget(peer, piece.Id, part);
        Take(now, from, peer, piece.Id, envelope);
    }

    /// <summary>An envelope is safe: it is acknowledged, now and whenever it comes again.</summary>
    public void Committed(long now, AccountId from, MessageId id)
    {
        if (!_peers.TryGetValue(from, out var peer))
            return;
        peer.Seen.Commit(id);
        if (!peer.Replies.Remove(id, out var blocks))
            return;
        foreach (var block in blocks)
            Schedule(now, block);
    }

    /// <summary>Forgets all contacts but these.</summary>
    public void KeepOnly(IReadOnlyCollection<AccountId> contacts)
    {
        foreach (var gone in _peers.Keys.Except(contacts).ToArray())
        {
            if (_peers.Remove(gone, out var peer))
                (_bytes, _parts) = (_bytes - peer.Bytes, _parts - peer.Parts.Count);
        }
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        Sweep(now);
        while (_waiting.TryPeek(out var block, out var at) && at <= now)
        {
            _waiting.Dequeue();
            Counters.Acknowledged++;
            world.Acknowledge(now, block);
        }
    }

    private void Take(long now, AccountId from, ReceivingPeer peer, MessageId id, ReadOnlyMemory<byte> envelope)
    {
        peer.Seen.Add(now, id);
        Counters.Messages++;
        world.Deliver(now, from, id, envelope);
    }

    private ReceivingPeer? PeerOf(long now, AccountId from)
    {
        if (!_peers.TryGetValue(from, out var peer))
        {
            if (_peers.Count >= ReceivingLimits.MaxPeers)
            {
                Counters.Refused++;
                return null;
            }

            _peers.Add(from, peer = new ReceivingPeer());
        }

        return peer;
    }

    private PartialMessage? Part(long now, ReceivingPeer peer, Piece piece)
    {
        if (peer.Parts.TryGetValue(piece.Id, out var part))
        {
            if (part.Count == piece.Count)
                return part;
            Counters.Refused++;
            return null;
        }

        if (peer.Parts.Count >= ReceivingLimits.MaxPartsOfPeer || peer.Bytes >= ReceivingLimits.MaxBytesOfPeer)
        {
            var (oldest, gone) = peer.Parts.MinBy(static one => one.Value.HeardAt);
            Counters.Forgotten++;
            Forget(peer, oldest, gone);
            peer.Replies.Remove(oldest);
        }

        if (_bytes >= ReceivingLimits.MaxBytes)
        {
            Counters.Refused++;
            return null;
        }

        part = new PartialMessage(piece.Count) { HeardAt = now };
        peer.Parts.Add(piece.Id, part);
        _parts++;
        return part;
    }

    private static void Keep(ReceivingPeer peer, Piece piece)
    {
        if (piece.ReplyBlock.IsEmpty)
            return;
        if (!peer.Replies.TryGetValue(piece.Id, out var blocks))
        {
            // Those that never become safe must not fill it: what they are for comes again.
            if (peer.Replies.Count >= ReceivingLimits.MaxUnsafeOfPeer)
                peer.Replies.Remove(peer.Replies.Keys.First());
            peer.Replies.Add(piece.Id, blocks = []);
        }

        if (blocks.Count < ReceivingLimits.MaxReplies)
            blocks.Add(piece.ReplyBlock);
    }

    // It has been received before: what it brings to answer by is used, if it is safe.
    private void Answer(long now, ReceivingPeer peer, Piece piece, bool isCommitted)
    {
        if (piece.ReplyBlock.IsEmpty)
            return;
        if (isCommitted)
            Schedule(now, piece.ReplyBlock);
        else
            Keep(peer, piece);
    }

    private void Schedule(long now, ReadOnlyMemory<byte> block)
    {
        if (_waiting.Count >= ReceivingLimits.MaxWaiting)
        {
            _waiting.Dequeue();
            Counters.Refused++;
        }

        _waiting.Enqueue(block, now + Delay());
    }

    private long Delay() => (long)Math.Min(ReceivingLimits.MaxDelay, RandomDelay.Draw(random, MeanDelay));

    private void Count(ReceivingPeer peer, int bytes)
    {
        peer.Bytes += bytes;
        _bytes += bytes;
    }

    private void Forget(ReceivingPeer peer, MessageId id, PartialMessage part)
    {
        peer.Parts.Remove(id);
        _parts--;
        Count(peer, -part.Bytes);
    }

    private void Sweep(long now)
    {
        if (now < _sweepAt)
            return;
        _sweepAt = now + (ReceivingLimits.PartLifetime / 4);
        foreach (var peer in _peers.Values)
        {
            foreach (var (id, part) in peer.Parts.Where(one => one.Value.HeardAt + ReceivingLimits.PartLifetime <= now).ToList())
            {
                Counters.Forgotten++;
                Forget(peer, id, part);
                peer.Replies.Remove(id);
            }
        }
    }
}
