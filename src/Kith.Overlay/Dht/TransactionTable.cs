using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht;

/// <summary>The queries under way: at most <see cref="MaxTransactions"/>; more are not sent. Answers are known by address and transaction id.</summary>
internal sealed class TransactionTable(IRandom random)
{
    /// <summary>Most queries under way at once.</summary>
    public const int MaxTransactions = 1024;

    private const int LeastRoom = 16;

    private Transaction[]? _slots;
    private ushort[]? _free;
    private int _freeCount;

    public int Count { get; private set; }

    /// <summary>No query is given up before; the least of them all, or earlier.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Takes a query in and writes its id; false when there are too many.</summary>
    public bool TryOpen(in Transaction query, Span<byte> id)
    {
        if (_freeCount == 0 && !TryGrow())
            return false;
        var slot = _free![--_freeCount];
        ref var opened = ref _slots![slot];
        opened = query;
        opened.IsOpen = true;
        opened.Nonce = random.NextUInt32();
        Count++;
        NextDeadline = Math.Min(NextDeadline, query.Deadline);
        BinaryPrimitives.WriteUInt16LittleEndian(id, slot);
        BinaryPrimitives.WriteUInt32LittleEndian(id[sizeof(ushort)..], opened.Nonce);
        return true;
    }

    /// <summary>Ends the query that an answer from this address with this id is for; false when there is none.</summary>
    public bool TryClose(Endpoint from, ReadOnlySpan<byte> id, out Transaction query)
    {
        query = default;
        if (_slots is null || id.Length != Transaction.IdSize)
            return false;
        var slot = BinaryPrimitives.ReadUInt16LittleEndian(id);
        if (slot >= _slots.Length)
            return false;
        ref var found = ref _slots[slot];
        if (!found.IsOpen || found.Endpoint != from || found.Nonce != BinaryPrimitives.ReadUInt32LittleEndian(id[sizeof(ushort)..]))
            return false;
        query = found;
        Close(slot);
        return true;
    }

    /// <summary>Ends one query whose time is over; false when none is.</summary>
    public bool TryTakeExpired(long now, out Transaction query)
    {
        query = default;
        if (now < NextDeadline || _slots is null)
            return false;
        var next = long.MaxValue;
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            ref var open = ref _slots[slot];
            if (!open.IsOpen)
                continue;
            if (open.Deadline <= now)
            {
                query = open;
                Close(slot);
                return true;
            }

            next = Math.Min(next, open.Deadline);
        }

        NextDeadline = next;
        return false;
    }

    /// <summary>Whether a query to this address is under way.</summary>
    public bool IsAsking(Endpoint endpoint)
    {
        if (Count == 0)
            return false;
        foreach (ref var open in _slots.AsSpan())
        {
            if (open.IsOpen && open.Endpoint == endpoint)
                return true;
        }

        return false;
    }

    /// <summary>Whoever waited for these waits no more; the queries stay, for what their answers tell about the nodes.</summary>
    public void Forget(IAnswerTaker taker)
    {
        foreach (ref var open in _slots.AsSpan())
        {
            if (ReferenceEquals(open.Taker, taker))
                open.Taker = null;
        }
    }

    private void Close(int slot)
    {
        _slots![slot] = default;
        Count--;
        if (Count == 0 && _slots.Length > LeastRoom)
        {
            // What a burst took is given back.
            _slots = null;
            _free = null;
            _freeCount = 0;
            NextDeadline = long.MaxValue;
            return;
        }

        _free![_freeCount++] = (ushort)slot;
        if (Count == 0)
            NextDeadline = long.MaxValue;
    }

    private bool TryGrow()
    {
        var old = _slots?.Length ?? 0;
        if (old == MaxTransactions)
            return false;
        var room = old == 0 ? LeastRoom : old * 2;
        Array.Resize(ref _slots, room);
        _free = new ushort[room];
        for (var slot = old; slot < room; slot++)
            _free[_freeCount++] = (ushort)slot;
        return true;
    }
}
