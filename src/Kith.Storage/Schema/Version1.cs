using Kith.Storage.Sql;

namespace Kith.Storage.Schema;

/// <summary>The first schema. What stands in the clear is listed in docs/protocol/vault.md.</summary>
internal sealed class Version1 : IMigration
{
    public int Version => 1;

    // Messages lie in their order in one tree, without row numbers: a new message touches the end of that tree and the index of ids, no more.
    // Outbox places are peer and sequence in one number (see OutboxStore), so that no second index is needed.
    public void Apply(Database database) => database.Execute("""
        CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        CREATE TABLE peers (peer INTEGER PRIMARY KEY, tag BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);
        CREATE TABLE records (
            record INTEGER PRIMARY KEY, kind INTEGER NOT NULL, tag BLOB NOT NULL, sealed BLOB NOT NULL, UNIQUE (kind, tag));
        CREATE TABLE messages (
            peer INTEGER NOT NULL REFERENCES peers, depth INTEGER NOT NULL, id BLOB NOT NULL, state INTEGER NOT NULL,
            unread INTEGER NOT NULL, expires_at INTEGER, sealed BLOB NOT NULL, PRIMARY KEY (peer, depth, id)) WITHOUT ROWID;
        CREATE UNIQUE INDEX messages_id ON messages (id);
        CREATE INDEX messages_unread ON messages (peer, depth, id) WHERE unread = 1;
        CREATE INDEX messages_expiry ON messages (expires_at) WHERE expires_at IS NOT NULL;
        CREATE TABLE received (peer INTEGER NOT NULL REFERENCES peers, id BLOB NOT NULL, day INTEGER NOT NULL, PRIMARY KEY (peer, id)) WITHOUT ROWID;
        CREATE TABLE outbox (place INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);
        """);
}
