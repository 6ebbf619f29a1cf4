using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Storage.Files;

namespace Kith.Storage.Drops;

/// <summary>
/// What is kept for others, in <c>drops.db</c> of a home: one SQLite file with a write-ahead log that is synced at each commit. No fault of the disk stops the node: a damaged file is set aside, since others
/// keep the same chunks; one that cannot be opened is tried again. The home's lock is held by the vault.
/// </summary>
public sealed class DropStore : IDropStore
{
    private const int ShrunkPages = 256;
    private const string DiskFull = "The disk is full: no more is kept for others until there is room.";
    private const string DiskFailed = "The disk does not take what others want kept.";
    private const string Damaged = "The file with what was kept for others was damaged, or of another version, and is set aside as drops.db.damaged: others keep the same.";

    private readonly DropFiles _files;
    private DropTables? _tables; // null while the file cannot be opened
    private Transaction _transaction;
    private bool _isDamaged;
    private bool _wasFull; // said so in this transaction
    private string? _lasting; // what is said until the end of the run, though it works again

    private DropStore(string home) => _files = new DropFiles(Path.GetFullPath(home));

    private enum Transaction
    {
        None,
        Open,
        Broken, // something failed in it: nothing of it is kept
    }

    /// <inheritdoc/>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public bool HasFailed => _transaction == Transaction.Broken;

    /// <inheritdoc/>
    public long Used => _tables?.Used ?? 0;

    /// <inheritdoc/>
    public int Boxes => _tables?.Boxes ?? 0;

    /// <summary>Opens the store of a home; what is wrong with it is said by <see cref="Problem"/>.</summary>
    public static DropStore Open(string home)
    {
        var store = new DropStore(home);
        store.Reopen();
        return store;
    }

    /// <inheritdoc/>
    public BoxSize Size(BoxAddress box) => Read(tables => tables.Size(box), default);

    /// <inheritdoc/>
    public long SizeOfPrefix(ulong prefix) => Read(tables => tables.SizeOfPrefix(prefix), 0);

    /// <inheritdoc/>
    public FoundEntry? Find(BoxAddress box, ChunkHash hash) => Read(tables => tables.Find(box, hash), null);

    /// <inheritdoc/>
    public byte[]? Chunk(BoxAddress box, ChunkHash hash) => Read(tables => tables.Chunk(box, hash), null);

    /// <inheritdoc/>
    public IReadOnlyList<KeptEntry> List(BoxAddress box, long after, int limit) => Read(tables => tables.List(box, after, limit), []);

    /// <inheritdoc/>
    public IReadOnlyList<BoxAddress> BoxesFrom(BoxAddress? after, int limit) => Read(tables => tables.BoxesFrom(after, limit), []);

    /// <inheritdoc/>
    public long Add(long now, PublicBox box, BoxEntry entry, ulong prefix, ReadOnlySpan<byte> chunk)
    {
        if (!TryBegin())
            return now;
        try
        {
            return _tables!.Add(now, box, entry, prefix, chunk);
        }
        catch (Exception error) when (Break(error))
        {
            return now;
        }
    }

    /// <inheritdoc/>
    public void Delete(BoxAddress box, ChunkHash hash, long expiry, ReadOnlySpan<byte> deleteSignature, ulong prefix = 0)
    {
        if (!TryBegin())
            return;
        try
        {
            _tables!.Delete(box, hash, expiry, deleteSignature, prefix);
        }
        catch (Exception error) when (Break(error))
        {
            // The commit says so.
        }
    }

    /// <inheritdoc/>
    public void Drop(BoxAddress box, ChunkHash hash)
    {
        if (!TryBegin())
            return;
        try
        {
            _tables!.Drop(box, hash);
        }
        catch (Exception error) when (Break(error))
        {
            // The commit says so.
        }
    }

    /// <inheritdoc/>
    public (long Believed, long Doubted) Clock => _tables?.Clock ?? default;

    /// <inheritdoc/>
    public void NoteClock(long believed, long doubted)
    {
        if (TryBegin())
            _tables!.Clock = (believed, doubted);
    }

    /// <inheritdoc/>
    public int RemoveExpired(long now, int limit)
    {
        // No sync of the disk for nothing.
        if (!Read(tables => tables.HasExpired(now) || tables.HasMuchFree, nothing: false) || !TryBegin())
            return 0;
        try
        {
            var removed = _tables!.RemoveExpired(now, limit);
            if (_tables.HasMuchFree)
                _tables.Shrink(ShrunkPages);
            return removed;
        }
        catch (Exception error) when (Break(error))
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Commit()
    {
        if (_transaction == Transaction.None)
            return;
        if (_transaction == Transaction.Open)
        {
            try
            {
                _tables!.Commit();
                _transaction = Transaction.None;
                Problem = _lasting;
                Checkpoint();
                return;
            }
            catch (Exception error) when (Break(error))
            {
            }
        }

        var why = Problem ?? DiskFailed;
        Undo();
        throw new IOException(why);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tables?.Dispose();
        _tables = null;
    }

    private void Checkpoint()
    {
        try
        {
            _tables!.Checkpoint();
        }
        catch (VaultException error)
        {
            // The commit stands. Without room in the file the log goes on growing, and says so itself when it cannot.
            if (error.Fault == VaultFault.Damaged)
                _ = Break(error);
        }
    }

    private T Read<T>(Func<DropTables, T> read, T nothing)
    {
        if (_tables is null)
            return nothing;
        try
        {
            return read(_tables);
        }
        catch (Exception error) when (Break(error))
        {
            return nothing;
        }
    }

    private bool TryBegin()
    {
        if (_tables is null)
            _transaction = Transaction.Broken;
        if (_transaction != Transaction.None)
            return _transaction == Transaction.Open;
        try
        {
            _tables!.Begin();
            _transaction = Transaction.Open;
            return true;
        }
        catch (Exception error) when (Break(error))
        {
            return false;
        }
    }

    // What must not happen keeps nothing of its transaction either, and is thrown on.
    private bool Break(Exception error)
    {
        _transaction = Transaction.Broken;
        if (error is not VaultException fault)
            return false;
        _isDamaged |= fault.Fault == VaultFault.Damaged;
        _wasFull |= fault.Fault == VaultFault.DiskFull;
        Problem = fault.Fault switch
        {
            VaultFault.DiskFull => DiskFull,
            VaultFault.Damaged => Damaged,
            _ => DiskFailed,
        };
        return true;
    }

    // After this the store is ready for the next transaction, or will try to be at its end.
    private void Undo()
    {
        _transaction = Transaction.None;
        try
        {
            if (_tables is not null && !_isDamaged)
            {
                _tables.Rollback();
                // A damaged tree has no room either, whatever the disk has: SQLite finds no number for another row.
                _isDamaged = _wasFull && _files.HasRoom && !_tables.IsIntact;
                if (!_isDamaged)
                    return;
            }
        }
        catch (VaultException error)
        {
            // Opening it anew undoes it too.
            _isDamaged |= error.Fault == VaultFault.Damaged;
        }
        finally
        {
            _wasFull = false;
        }

        Reopen();
    }

    private void Reopen()
    {
        Dispose();
        try
        {
            if (_isDamaged)
                SetAside();
            try
            {
                OpenTables();
            }
            catch (VaultException error) when (error.Fault == VaultFault.Damaged)
            {
                SetAside();
                OpenTables();
            }
        }
        catch (Exception error) when (error is VaultException || FileFaults.IsFileError(error))
        {
            Problem = error is VaultException { Fault: VaultFault.DiskFull } ? DiskFull : "The file drops.db cannot be used: nothing is kept for others until it can.";
        }
    }

    private void SetAside()
    {
        Problem = _lasting = Damaged;
        _files.SetAside();
        _isDamaged = false;
    }

    private void OpenTables()
    {
        var database = _files.Open();
        try
        {
            _tables = new DropTables(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
