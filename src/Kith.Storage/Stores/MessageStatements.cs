using Kith.Storage.Sql;

namespace Kith.Storage.Stores;

/// <summary>The statements of <see cref="MessageStore"/>. Positions compare as (depth, id), ids as unsigned bytes, as MessageId does.</summary>
internal sealed class MessageStatements(Database database)
{
    private const string Columns = "peer, depth, id, state, unread, expires_at, sealed";

    public Statement Insert { get; } = database.Prepare(
        $"INSERT OR IGNORE INTO messages ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    public Statement Replace { get; } = database.Prepare(
        "UPDATE messages SET depth = ?2, state = ?4, unread = ?5, expires_at = ?6, sealed = ?7 WHERE id = ?3 AND peer = ?1");

    // State 0 is received: not ours to raise.
    public Statement SetState { get; } = database.Prepare("UPDATE messages SET state = ?2 WHERE id = ?1 AND state > 0 AND state < ?2");

    public Statement MarkRead { get; } = database.Prepare(
        "UPDATE messages INDEXED BY messages_unread SET unread = 0 WHERE peer = ?1 AND unread = 1 AND (depth, id) <= (?2, ?3)");

    public Statement Find { get; } = database.Prepare($"SELECT {Columns} FROM messages WHERE id = ?1");

    public Statement Remove { get; } = database.Prepare("DELETE FROM messages WHERE id = ?1");

    public Statement RemovePeer { get; } = database.Prepare("DELETE FROM messages WHERE peer = ?1");

    public Statement Newest { get; } = database.Prepare(
        $"SELECT {Columns} FROM messages WHERE peer = ?1 ORDER BY depth DESC, id DESC LIMIT ?2");

    public Statement Oldest { get; } = database.Prepare(
        $"SELECT {Columns} FROM messages WHERE peer = ?1 ORDER BY depth, id LIMIT ?2");

    public Statement Before { get; } = database.Prepare(
        $"SELECT {Columns} FROM messages WHERE peer = ?1 AND (depth, id) < (?3, ?4) ORDER BY depth DESC, id DESC LIMIT ?2");

    public Statement After { get; } = database.Prepare(
        $"SELECT {Columns} FROM messages WHERE peer = ?1 AND (depth, id) > (?3, ?4) ORDER BY depth, id LIMIT ?2");

    public Statement CountUnread { get; } = database.Prepare(
        "SELECT count(*) FROM messages INDEXED BY messages_unread WHERE peer = ?1 AND unread = 1");

    public Statement Expired { get; } = database.Prepare(
        $"SELECT {Columns} FROM messages INDEXED BY messages_expiry WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2");

    public Statement NextExpiry { get; } = database.Prepare(
        "SELECT expires_at FROM messages INDEXED BY messages_expiry WHERE expires_at IS NOT NULL ORDER BY expires_at LIMIT 1");
}
