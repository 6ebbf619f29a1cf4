using Kith.Crypto;
using Kith.Storage.Keys;
using Kith.Storage.Sql;
using Kith.Wire;

namespace Kith.Storage.Stores;

/// <summary>
/// Account ids as small integers: the other tables hold these, and only this one, sealed, tells whose they are. An id once met keeps its
/// integer. For one thread at a time.
/// </summary>
internal sealed class PeerTable(Database database, RowSealer sealer, SecretBytes tagKey)
{
    /// <summary>Most peers: an integer takes 23 bits of an outbox place.</summary>
    public const long MaxPeer = (1L << 23) - 1;

    private const int TagSize = 16;
    private const int AssociatedDataSize = 1 + TagSize;

    private readonly Dictionary<AccountId, long> _numbers = [];
    private readonly Dictionary<long, AccountId> _ids = [];
    private readonly Statement _find = database.Prepare("SELECT peer FROM peers WHERE tag = ?1");
    private readonly Statement _get = database.Prepare("SELECT tag, sealed FROM peers WHERE peer = ?1");
    private readonly Statement _insert = database.Prepare("INSERT INTO peers (tag, sealed) VALUES (?1, ?2) RETURNING peer");
    private readonly Statement _nextWithMessages = database.Prepare("SELECT min(peer) FROM messages WHERE peer > ?1");

    /// <summary>The integer of an id, given one now when it has none.</summary>
    public long Intern(AccountId id)
    {
        if (TryFind(id, out var peer))
            return peer;
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Span<byte> bytes = stackalloc byte[AccountId.Size];
        id.CopyTo(bytes);
        Tag(bytes, associated);
        using (var row = _insert.Bind(1, associated[1..]).Bind(2, sealer.Seal(associated, bytes)).Query())
        {
            row.Next();
            peer = row.Int64(0);
            row.Next(); // the insert is complete when there is no further row
        }
        if (peer > MaxPeer)
            throw new InvalidOperationException("a vault knows at most 8,388,607 people");
        Remember(id, peer);
        return peer;
    }

    /// <summary>The integer of an id; false when it was never met.</summary>
    public bool TryFind(AccountId id, out long peer)
    {
        if (_numbers.TryGetValue(id, out peer))
            return true;
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        Span<byte> bytes = stackalloc byte[AccountId.Size];
        id.CopyTo(bytes);
        Tag(bytes, associated);
        using var row = _find.Bind(1, associated[1..]).Query();
        if (!row.Next())
            return false;
        peer = row.Int64(0);
        Remember(id, peer);
        return true;
    }

    /// <summary>The id behind an integer.</summary>
    /// <exception cref="VaultException">There is none: the file is damaged.</exception>
    public AccountId Get(long peer)
    {
        if (_ids.TryGetValue(peer, out var id))
            return id;
        using var row = _get.Bind(1, peer).Query();
        if (!row.Next())
            throw RowSealer.Damaged();
        Span<byte> associated = stackalloc byte[AssociatedDataSize];
        associated[0] = (byte)SealedTable.Peers;
        if (row.Blob(0).Length != TagSize)
            throw RowSealer.Damaged();
        row.Blob(0).CopyTo(associated[1..]);
        Span<byte> bytes = stackalloc byte[AccountId.Size];
        if (!sealer.TryOpen(associated, row.Blob(1), bytes))
            throw RowSealer.Damaged();
        id = AccountId.FromBytes(bytes);
        Remember(id, peer);
        return id;
    }

    /// <summary>Everybody with a message in the history.</summary>
    /// <exception cref="VaultException">The table is not in its order: the file is damaged.</exception>
    public List<long> WithMessages()
    {
        var result = new List<long>();
        for (var peer = NextWithMessages(0); peer is { } found; peer = NextWithMessages(found))
            result.Add(found);
        return result;
    }

    /// <summary>Drops what is remembered: after a rollback it may not be in the file.</summary>
    public void Forget()
    {
        _numbers.Clear();
        _ids.Clear();
    }

    private long? NextWithMessages(long after)
    {
        using var row = _nextWithMessages.Bind(1, after).Query();
        var next = row.Next() ? row.NullableInt64(0) : null;
        // SQLite trusts the order of a tree: a damaged one answers with the same row for ever.
        return next <= after ? throw RowSealer.Damaged() : next;
    }

    private void Remember(AccountId id, long peer)
    {
        _numbers[id] = peer;
        _ids[peer] = id;
    }

    /// <summary>The associated data of an id's row: the table and the id's keyed hash.</summary>
    private void Tag(ReadOnlySpan<byte> id, Span<byte> associated)
    {
        associated[0] = (byte)SealedTable.Peers;
        Blake2b.Hash(tagKey.Value, id, associated[1..]);
    }
}
