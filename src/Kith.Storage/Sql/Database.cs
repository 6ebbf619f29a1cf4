using System.Runtime.InteropServices;
using SQLitePCL;

namespace Kith.Storage.Sql;

/// <summary>One SQLite connection with its statements. For one thread at a time.</summary>
internal sealed unsafe class Database : IDisposable
{
    private const int OpenFlags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX;
    private const int NoCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
    private const int CacheSpill = 12; // SQLITE_DBSTATUS_CACHE_SPILL
    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];
    private int* _logFrames = (int*)NativeMemory.AllocZeroed(sizeof(int)); // written by SQLite

    private Database(sqlite3 handle) => _handle = handle;

    /// <summary>Whether a transaction is open. SQLite ends one by itself on some errors, a full disk among them.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Whether SQLite could open the file for reading only.</summary>
    public bool IsReadOnly => raw.sqlite3_db_readonly(_handle, "main") != 0;

    /// <summary>The last fault of the file or the disk.</summary>
    public VaultException? LastFault { get; private set; }

    /// <summary>Frames in the write-ahead log after the last commit. SQLite never empties it on its own: see <see cref="Checkpoint"/>.</summary>
    public int LogFrames => *_logFrames;

    /// <summary>Opens an existing file (an empty one is a new database).</summary>
    /// <exception cref="VaultException">It cannot be opened.</exception>
    public static Database Open(string path)
    {
        SqliteLibrary.Load();
        var code = raw.sqlite3_open_v2(path, out var handle, OpenFlags, null);
        var database = new Database(handle);
        if (code != raw.SQLITE_OK)
        {
            using (database)
                throw database.Fault(code);
        }
        raw.sqlite3_extended_result_codes(handle, 1);
        SqliteLibrary.CountFrames(handle, database._logFrames);
        return database;
    }

    /// <summary>Whether closing moves the write-ahead log into the file: not for a file that is damaged or not understood.</summary>
    public void SetCheckpointOnClose(bool enabled) => Check(raw.sqlite3_db_config(_handle, NoCheckpointOnClose, enabled ? 0 : 1, out _));

    /// <summary>Compiles a statement, kept until the connection is closed.</summary>
    public Statement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        var prepared = new Statement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the first row of a query that is not worth keeping; 0 for none.</summary>
    public long ReadInt64(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        using (statement)
        {
            var code = raw.sqlite3_step(statement);
            if (code == raw.SQLITE_ROW)
                return raw.sqlite3_column_int64(statement, 0);
            return code == raw.SQLITE_DONE ? 0 : throw Fault(code);
        }
    }

    /// <summary>As <see cref="ReadInt64"/>, for text; null for none.</summary>
    public string? ReadText(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        using (statement)
        {
            var code = raw.sqlite3_step(statement);
            if (code == raw.SQLITE_ROW)
                return raw.sqlite3_column_text(statement, 0).utf8_to_string();
            return code == raw.SQLITE_DONE ? null : throw Fault(code);
        }
    }

    /// <summary>Moves the whole write-ahead log into the file, durably, and lets the next write start it anew.</summary>
    public void Checkpoint()
    {
        Check(raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_RESTART, out _, out _));
        *_logFrames = 0;
    }

    /// <summary>Whether pages were written to the log before their commit since this was last asked.</summary>
    public bool TakeSpilled()
    {
        Check(raw.sqlite3_db_status(_handle, CacheSpill, out var pages, out _, 1));
        return pages > 0;
    }

    /// <summary>Rows changed by the last statement.</summary>
    public int Changes() => raw.sqlite3_changes(_handle);

    public void Check(int code)
    {
        if (code is not raw.SQLITE_OK)
            throw Fault(code);
    }

    public Exception Fault(int code)
    {
        var fault = SqliteFaults.From(code, SqliteLibrary.SystemError(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());
        LastFault = fault as VaultException ?? LastFault;
        return fault;
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _handle.Dispose();
        NativeMemory.Free(_logFrames);
        _logFrames = null;
    }
}
