using Kith.Wire;

namespace Kith.Delivery.Outbox;

/// <summary>
/// The front of one peer's part of the outbox, in memory: items by ascending sequence, and a cursor that stands at the first one to send. Items that were settled in
/// the middle stay until the front has passed them, or until they are too many.
/// </summary>
internal sealed class PeerWindow
{
    private readonly List<QueuedItem> _items = [];
    private readonly Dictionary<MessageId, QueuedItem> _byId = [];
    private int _head;
    private long _lastSequence = -1;

    /// <summary>Unsettled items in memory.</summary>
    public int Count => _byId.Count;

    /// <summary>Bytes of their envelopes.</summary>
    public long Bytes { get; private set; }

    /// <summary>The store may hold items beyond the last one here.</summary>
    public bool HasMore { get; private set; } = true;

    /// <summary>The index of the first item to send; <see cref="End"/> when all were.</summary>
    public int Cursor { get; set; }

    /// <summary>The index of the oldest item that is not settled.</summary>
    public int Head => _head;

    /// <summary>One past the last index.</summary>
    public int End => _items.Count;

    public QueuedItem this[int index] => _items[index];

    private bool IsFull => Count >= DeliveryLimits.WindowItems || Bytes >= DeliveryLimits.WindowBytes;

    /// <summary>Reads further items when half of the room is free, a chunk at a time; the first chunk whatever <paramref name="roomElsewhere"/> says.</summary>
    public void Load(IOutboxStore store, AccountId peer, Func<bool> roomElsewhere)
    {
        // Not one item for each receipt: a query costs more than an item.
        if (Count > DeliveryLimits.WindowItems / 2 || (Count > 0 && Bytes > DeliveryLimits.WindowBytes / 2))
            return;
        while (HasMore && !IsFull && (Count == 0 || roomElsewhere()))
        {
            var limit = Math.Min(DeliveryLimits.LoadChunk, DeliveryLimits.WindowItems - Count);
            var chunk = store.Load(peer, _lastSequence, limit);
            foreach (var item in chunk)
            {
                if (IsFull)
                    return;
                Append(item);
            }

            HasMore = chunk.Count == limit;
        }
    }

    /// <summary>An item was put into the store, or sealed there. Does nothing when its turn to be loaded comes later.</summary>
    public void Put(OutboxItem item)
    {
        if (_byId.TryGetValue(item.Id, out var known))
        {
            var envelope = QueuedItem.Sealed(item);
            if (known.Envelope is { } old && envelope is { } renewed && old.Span.SequenceEqual(renewed.Span))
                return;
            Bytes += (envelope?.Length ?? 0) - known.Bytes;
            known.Envelope = envelope;
            Cursor = Math.Min(Cursor, IndexOf(known.Sequence));
        }
        else if (item.Sequence <= _lastSequence)
        {
            // A sequence out of turn: the store knows the order.
            Restart();
        }
        else if (HasMore || IsFull)
        {
            HasMore = true;
        }
        else
        {
            Append(item);
        }
    }

    /// <summary>An item is acknowledged or withdrawn; null when it is not here.</summary>
    public QueuedItem? Settle(MessageId id)
    {
        if (!_byId.Remove(id, out var item))
            return null;
        item.IsSettled = true;
        Bytes -= item.Bytes;
        item.Envelope = null;
        while (_head < _items.Count && _items[_head].IsSettled)
            _head++;
        Cursor = Math.Max(Cursor, _head);
        if (_items.Count - Count > DeliveryLimits.WindowItems)
            Compact();
        return item;
    }

    /// <summary>Everything is to be sent again, in order.</summary>
    public void Rewind()
    {
        Cursor = _head;
        for (var i = _head; i < _items.Count; i++)
        {
            _items[i].Attempts = 0;
            _items[i].IsPassed = false;
        }
    }

    private void Append(OutboxItem item)
    {
        var queued = new QueuedItem(item);
        _lastSequence = item.Sequence;
        if (!_byId.TryAdd(item.Id, queued))
            return;
        _items.Add(queued);
        Bytes += queued.Bytes;
    }

    private void Restart()
    {
        _items.Clear();
        _byId.Clear();
        (_head, Cursor, Bytes, _lastSequence, HasMore) = (0, 0, 0, -1, true);
    }

    private int IndexOf(long sequence)
    {
        int low = _head, high = _items.Count - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_items[middle].Sequence < sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private void Compact()
    {
        var sent = 0;
        for (var i = _head; i < Cursor; i++)
            sent += _items[i].IsSettled ? 0 : 1;
        _items.RemoveAll(static item => item.IsSettled);
        (_head, Cursor) = (0, sent);
    }
}
