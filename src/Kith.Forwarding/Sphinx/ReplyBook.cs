using System.Diagnostics.CodeAnalysis;

namespace Kith.Forwarding.Sphinx;

/// <summary>
/// The reply blocks that are out, by their names: each is taken once, and forgotten when it expires. Bounded: a new one takes the place of the one that would expire first. Not for several threads.
/// </summary>
/// <typeparam name="T">What a reply by the block is about.</typeparam>
/// <param name="capacity">The most blocks.</param>
public sealed class ReplyBook<T>(int capacity = ReplyBook<T>.DefaultCapacity)
{
    /// <summary>The most blocks unless said otherwise (implementation).</summary>
    public const int DefaultCapacity = 16_384;

    private readonly Dictionary<ReplyId, Row> _rows = [];
    private readonly PriorityQueue<ReplyId, long> _byExpiry = new(); // may name rows that are gone

    /// <summary>Blocks that are out.</summary>
    public int Count => _rows.Count;

    /// <summary>Blocks that were forgotten for want of room.</summary>
    public long Displaced { get; private set; }

    /// <summary>Notes a block. The book owns the keys from then on.</summary>
    /// <param name="keys">What opens the reply.</param>
    /// <param name="about">What the reply is about.</param>
    /// <param name="expires">When it is forgotten, unix milliseconds.</param>
    public void Add(ReplyKeys keys, T about, long expires)
    {
        while (_rows.Count >= capacity)
        {
            if (Forget(_byExpiry.Dequeue()))
                Displaced++;
        }

        if (!_rows.TryAdd(keys.Id, new Row(keys, about, expires)))
            throw new ArgumentException("a reply block has one row", nameof(keys));
        _byExpiry.Enqueue(keys.Id, expires);
        // Rows that were taken leave their names behind.
        if (_byExpiry.Count > 2 * capacity)
            Rebuild();
    }

    /// <summary>Takes a block that a packet came by, and opens its payload in its place. False when there is none, or no more.</summary>
    public bool TryTake(long now, ReplyId id, Span<byte> payload, [MaybeNullWhen(false)] out T about)
    {
        about = default;
        if (!_rows.Remove(id, out var row))
            return false;
        using (row.Keys)
        {
            if (row.Expires <= now)
                return false;
            row.Keys.Open(payload);
        }

        about = row.About;
        return true;
    }

    /// <summary>Forgets a block: what it was for is settled.</summary>
    public bool Forget(ReplyId id)
    {
        if (!_rows.Remove(id, out var row))
            return false;
        row.Keys.Dispose();
        return true;
    }

    /// <summary>Forgets what has expired, and says what it was about.</summary>
    public IReadOnlyList<T> Expire(long now)
    {
        List<T>? expired = null;
        while (_byExpiry.TryPeek(out var id, out var expires) && expires <= now)
        {
            _byExpiry.Dequeue();
            if (!_rows.TryGetValue(id, out var row) || row.Expires > now)
                continue;
            Forget(id);
            (expired ??= []).Add(row.About);
        }

        return expired ?? (IReadOnlyList<T>)[];
    }

    private void Rebuild()
    {
        _byExpiry.Clear();
        foreach (var (id, row) in _rows)
            _byExpiry.Enqueue(id, row.Expires);
    }

    private readonly record struct Row(ReplyKeys Keys, T About, long Expires);
}
