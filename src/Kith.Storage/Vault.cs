using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Storage.Files;
using Kith.Storage.Keys;
using Kith.Storage.Schema;
using Kith.Storage.Sql;
using Kith.Storage.Stores;

namespace Kith.Storage;

/// <summary>
/// A home's vault: everything that must survive, encrypted, in one SQLite file (docs/protocol/vault.md). For one thread at a time, the node
/// loop's. The stores are read at any time and written between <see cref="Begin"/> and <see cref="Commit"/>. Any call of the vault or its stores
/// may throw <see cref="VaultException"/>; inside a transaction the caller then rolls back.
/// </summary>
public sealed class Vault : IDisposable
{
    private readonly HomeLock _lock;
    private readonly HomeFiles _files;
    private readonly VaultOptions _options;
    private readonly SecretBytes _key;
    private readonly VaultKeys _keys;
    private readonly Database _database;
    private readonly RowSealer _sealer;
    private readonly PeerTable _peers;
    private readonly OutboxStore _outbox;
    private readonly WriteGuard _guard;
    private readonly Transactions _transactions;
    private readonly Upkeep _upkeep;

    private Vault(HomeLock homeLock, HomeFiles files, VaultOptions options, SecretBytes key, Database database, bool logWasThere)
    {
        (_lock, _files, _options, _key, _database) = (homeLock, files, options, key, database);
        _guard = new WriteGuard(database);
        _keys = new VaultKeys(key);
        _sealer = new RowSealer(_keys.Rows, options.Random);
        try
        {
            VaultCheck.ThrowUnlessMatching(database, _sealer);
            _peers = new PeerTable(database, _sealer, _keys.PeerTags);
            _outbox = new OutboxStore(database, _sealer, _peers, _guard);
            var received = new ReceivedMarks(database);
            Records = new RecordStore(database, _sealer, _keys.RecordTags, _guard);
            Messages = new MessageStore(database, _sealer, _peers, received, _guard);
            _upkeep = new Upkeep(database, files, _guard, received, options.Time);
            _transactions = new Transactions(database, _guard, _peers, _outbox, _upkeep);
            if (logWasThere)
                _upkeep.DistrustLog();
            Contents = new VaultContents(database, _peers, received);
            database.SetCheckpointOnClose(true);
        }
        catch
        {
            _sealer.Dispose();
            _keys.Dispose();
            throw;
        }
    }

    /// <summary>Small records.</summary>
    public IRecordStore Records { get; }

    /// <summary>The history and the ids already received.</summary>
    public IMessageStore Messages { get; }

    /// <summary>What waits to be delivered.</summary>
    public IOutboxStore Outbox => _outbox;

    /// <summary>The folder, in full.</summary>
    public string Home => _files.Home;

    /// <summary>Seals the forwarding keys that lie beside the vault (<see cref="Forwarding.ForwardingStore"/>); the vault's own.</summary>
    public SecretBytes ForwardingSeal => _keys.Forwarding;

    /// <summary>The seed of the Ed25519 key of the onion service at which strangers come in; the vault's own. Another home has another, even of one account.</summary>
    public SecretBytes OnionDoorSeed => _keys.OnionDoor;

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => _guard.Writing;

    /// <summary>What exports and imports see besides the stores.</summary>
    internal VaultContents Contents { get; }

    /// <summary>Opens the vault of a home, or creates it in a home that has none; takes the home's lock until disposed.</summary>
    /// <exception cref="VaultException">In use, wrong passphrase, damaged, too new, not writable, disk full: nothing was changed.</exception>
    public static Vault Open(VaultOptions options) => Open(options, SchemaMigrator.Steps);

    /// <summary>Whether a home holds a vault.</summary>
    public static bool Exists(string home) => File.Exists(new HomeFiles(home).Key) || File.Exists(new HomeFiles(home).Database);

    /// <summary>Whether a home's vault is protected by a passphrase; false when there is no vault.</summary>
    /// <exception cref="VaultException">Its key file is damaged or cannot be read.</exception>
    public static bool NeedsPassphrase(string home) =>
        File.Exists(new HomeFiles(home).Key) && VaultKeyStore.Read(new HomeFiles(home)) is VaultKeyFile.Wrapped;

    /// <summary>Starts a transaction.</summary>
    public void Begin() => _transactions.Begin();

    /// <summary>Ends the transaction durably: one fdatasync. When it throws, the transaction is rolled back.</summary>
    public void Commit() => _transactions.Commit();

    /// <summary>Undoes the transaction. Does nothing when none is open, since some errors end one by themselves.</summary>
    public void Rollback() => _transactions.Rollback();

    /// <summary>Marks a point inside the transaction to come back to; one at a time. Forgotten by commit and rollback.</summary>
    public void Savepoint() => _transactions.Savepoint();

    /// <summary>Keeps what came after the savepoint.</summary>
    public void Release() => _transactions.Release();

    /// <summary>
    /// Undoes what came after the savepoint, and ends it; the transaction goes on. Throws when an error has ended the whole transaction: then
    /// nothing of it is left, and <see cref="Rollback"/> is what remains.
    /// </summary>
    public void RollbackToSavepoint() => _transactions.RollbackToSavepoint();

    /// <summary>
    /// What is best done when nothing else is to be: moves the write-ahead log into the file, wipes deleted content out of it, and once a
    /// day removes marks that are too old to matter. Some milliseconds; nothing when there is nothing to do. Not inside a transaction.
    /// </summary>
    public void Maintain()
    {
        ThrowIfInTransaction();
        _upkeep.Run();
    }

    /// <summary>Reads the whole file for damage: slow, for a doctor. True when there is none.</summary>
    public bool CheckIntegrity() => _upkeep.CheckIntegrity();

    /// <summary>Protects the vault with another passphrase, or with none (null). Atomic and durable on return.</summary>
    /// <exception cref="VaultException">The current one is wrong, or the file cannot be written: nothing was changed.</exception>
    public void ChangePassphrase(string? current, string? next)
    {
        VaultKeyStore.Read(_files).Open(current).Dispose();
        VaultKeyStore.Replace(_files, _key, next, _options.Random);
    }

    /// <summary>Rolls back what is open, moves the log into the file and lets the home go.</summary>
    public void Dispose()
    {
        try
        {
            _transactions.Rollback();
            _upkeep.Finish();
        }
        catch (VaultException)
        {
            // A full disk or a damaged file: what is committed stays in the log, which the next opening reads.
        }
        _database.Dispose();
        _sealer.Dispose();
        _keys.Dispose();
        _key.Dispose();
        _lock.Dispose();
    }

    /// <summary>Opens with given schema steps: tests bring steps that do not exist yet.</summary>
    internal static Vault Open(VaultOptions options, IReadOnlyList<IMigration> steps)
    {
        var files = new HomeFiles(options.Home);
        var homeLock = HomeLock.Acquire(files.Home);
        SecretBytes? key = null;
        Database? database = null;
        try
        {
            if (VaultCreator.IsNeeded(files))
                VaultCreator.Create(files, options, steps);
            key = VaultKeyStore.Read(files).Open(options.Passphrase);
            var logWasThere = File.Exists(files.WriteAheadLog);
            database = VaultDatabase.Open(files, steps);
            return new Vault(homeLock, files, options, key, database, logWasThere);
        }
        catch (Exception error)
        {
            database?.Dispose();
            key?.Dispose();
            homeLock.Dispose();
            if (FileFaults.IsFileError(error))
                throw FileFaults.From(error, $"the home {files.Home}");
            throw;
        }
    }

    internal void ThrowIfInTransaction()
    {
        if (_guard.Writing)
            throw new InvalidOperationException("not inside a transaction");
    }
}
