using Kith.Messaging.Conversations;
using Kith.Storage.Keys;
using Kith.Storage.Sql;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>The history, in its order in one tree, with an index of ids, one of unread messages and one of those that expire.</summary>
internal sealed class MessageStore(Database database, RowSealer sealer, PeerTable peers, ReceivedMarks received, WriteGuard guard) : IMessageStore
{
    /// <summary>Largest body, bytes: a text of 64 KiB with its edits, reactions and parents stays well below.</summary>
    public const int MaxBodySize = 1 << 20;

    private readonly MessageStatements _sql = new(database);

    /// <inheritdoc/>
    public bool Add(StoredMessage message)
    {
        guard.ThrowUnlessWriting();
        return Write(_sql.Insert, message) > 0;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The id belongs to a message of another conversation: one person cannot replace another's.</exception>
    public void Put(StoredMessage message)
    {
        guard.ThrowUnlessWriting();
        if (Write(_sql.Insert, message) > 0)
            return;
        if (Write(_sql.Replace, message) == 0)
            throw new InvalidOperationException("a message id belongs to one conversation");
        guard.Erased = true; // the former body is gone: edited or deleted
    }

    /// <inheritdoc/>
    public bool SetState(MessageId id, MessageState state)
    {
        guard.ThrowUnlessWriting();
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        return _sql.SetState.Bind(1, bytes).Bind(2, (long)state).Execute() > 0;
    }

    /// <inheritdoc/>
    public int MarkRead(AccountId conversation, MessagePosition upTo)
    {
        guard.ThrowUnlessWriting();
        if (!peers.TryFind(conversation, out var peer))
            return 0;
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        upTo.Id.CopyTo(bytes);
        return _sql.MarkRead.Bind(1, peer).Bind(2, upTo.Depth).Bind(3, bytes).Execute();
    }

    /// <inheritdoc/>
    public StoredMessage? Find(MessageId id)
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        using var row = _sql.Find.Bind(1, bytes).Query();
        return row.Next() ? Read(row) : null;
    }

    /// <inheritdoc/>
    public bool Remove(MessageId id)
    {
        guard.ThrowUnlessWriting();
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        id.CopyTo(bytes);
        var removed = _sql.Remove.Bind(1, bytes).Execute() > 0;
        guard.Erased |= removed;
        return removed;
    }

    /// <inheritdoc/>
    public void RemoveConversation(AccountId conversation)
    {
        guard.ThrowUnlessWriting();
        if (!peers.TryFind(conversation, out var peer))
            return;
        guard.Erased |= _sql.RemovePeer.Bind(1, peer).Execute() > 0;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredMessage> Before(AccountId conversation, MessagePosition? position, int limit) =>
        peers.TryFind(conversation, out var peer) ? ReadPage(_sql.Newest, _sql.Before, peer, position, limit, direction: -1) : [];

    /// <inheritdoc/>
    public IReadOnlyList<StoredMessage> After(AccountId conversation, MessagePosition? position, int limit) =>
        peers.TryFind(conversation, out var peer) ? ReadPage(_sql.Oldest, _sql.After, peer, position, limit, direction: 1) : [];

    /// <inheritdoc/>
    public int CountUnread(AccountId conversation)
    {
        if (!peers.TryFind(conversation, out var peer))
            return 0;
        using var row = _sql.CountUnread.Bind(1, peer).Query();
        row.Next();
        return (int)row.Int64(0);
    }

    /// <inheritdoc/>
    /// <remarks>Over all conversations they are merged by the time of reception, which is sealed and therefore has no index.</remarks>
    public IEnumerable<StoredMessage> Scan(AccountId? conversation) => conversation is { } one
        ? HistoryScan.Newest(this, one)
        : HistoryScan.Merge(this, peers.WithMessages().ConvertAll(peers.Get));

    /// <inheritdoc/>
    public IReadOnlyList<StoredMessage> Expired(long now, int limit)
    {
        using var rows = _sql.Expired.Bind(1, now).Bind(2, Math.Max(limit, 0)).Query();
        return ReadAll(rows);
    }

    /// <inheritdoc/>
    public long? NextExpiry()
    {
        using var row = _sql.NextExpiry.Query();
        return row.Next() ? row.Int64(0) : null;
    }

    /// <inheritdoc/>
    public bool TryMarkReceived(AccountId from, MessageId id, long now)
    {
        guard.ThrowUnlessWriting();
        return received.TryAdd(peers.Intern(from), id, now);
    }

    /// <inheritdoc/>
    public void UnmarkReceived(AccountId from, MessageId id)
    {
        guard.ThrowUnlessWriting();
        if (peers.TryFind(from, out var peer))
            received.Remove(peer, id);
    }

    private int Write(Statement statement, StoredMessage message)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Body.Length, MaxBodySize, nameof(message));
        ArgumentOutOfRangeException.ThrowIfNegative(message.ExpiresAt ?? 0, nameof(message));
        var peer = peers.Intern(message.Conversation);
        Span<byte> associated = stackalloc byte[MessageRow.AssociatedDataSize];
        MessageRow.Associate(peer, message.Position, message.ExpiresAt, associated);
        using var writer = new WireWriter(message.Body.Length + MessageRow.HeaderSize);
        MessageRow.Write(writer, message);
        Span<byte> id = stackalloc byte[MessageId.Size];
        message.Id.CopyTo(id);
        return statement.Bind(1, peer).Bind(2, message.Position.Depth).Bind(3, id).Bind(4, (long)message.State)
            .Bind(5, message.Unread ? 1 : 0).Bind(6, message.ExpiresAt).Bind(7, sealer.Seal(associated, writer.WrittenSpan)).Execute();
    }

    private List<StoredMessage> ReadPage(Statement whole, Statement part, long peer, MessagePosition? position, int limit, int direction)
    {
        var statement = (position is null ? whole : part).Bind(1, peer).Bind(2, Math.Max(limit, 0));
        if (position is { } from)
        {
            Span<byte> id = stackalloc byte[MessageId.Size];
            from.Id.CopyTo(id);
            statement.Bind(3, from.Depth).Bind(4, id);
        }
        using var rows = statement.Query();
        var page = ReadAll(rows);
        var conversation = peers.Get(peer);
        foreach (var message in page)
        {
            // SQLite trusts the order of a tree. A damaged one gives rows out of it, and who pages on from the last would not come to an end.
            if (message.Conversation != conversation || (position is { } last && Math.Sign(Compare(message.Position, last)) != direction))
                throw RowSealer.Damaged();
            position = message.Position;
        }

        return page;
    }

    private static int Compare(MessagePosition one, MessagePosition other) => (one.Depth, one.Id).CompareTo((other.Depth, other.Id));

    private List<StoredMessage> ReadAll(Statement.Rows rows)
    {
        var result = new List<StoredMessage>();
        while (rows.Next())
            result.Add(Read(rows));
        return result;
    }

    private StoredMessage Read(Statement.Rows row)
    {
        var peer = row.Int64(0);
        var position = new MessagePosition(row.Int64(1), StoredIds.ReadMessageId(row.Blob(2)));
        var expiresAt = row.NullableInt64(5);
        Span<byte> associated = stackalloc byte[MessageRow.AssociatedDataSize];
        MessageRow.Associate(peer, position, expiresAt, associated);
        var opened = sealer.Open(associated, row.Blob(6));
        return MessageRow.Read(
            opened, new MessageColumns(peers.Get(peer), position, (MessageState)row.Int64(3), row.Int64(4) != 0, expiresAt));
    }
}
