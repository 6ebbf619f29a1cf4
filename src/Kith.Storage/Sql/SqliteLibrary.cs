using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Kith.Storage.Sql;

/// <summary>Chooses SQLite once per process: the system's, which gets its security fixes from there, else the one that came with the package.</summary>
internal static partial class SqliteLibrary
{
    private const string Packaged = "e_sqlite3";
    private static readonly string[] SystemNames = ["libsqlite3.so.0", "libsqlite3.dylib"];
    private static readonly Lock Gate = new();
    private static bool _ready; // guarded by Gate

    /// <summary>To be called before any other use of SQLite.</summary>
    public static void Load()
    {
        lock (Gate)
        {
            if (_ready)
                return;
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            _ready = true;
        }
    }

    /// <summary>The errno of the last failed file operation on a connection.</summary>
    public static int SystemError(sqlite3 connection) => SystemErrorNumber(connection.DangerousGetHandle());

    /// <summary>Has SQLite write the number of frames in the write-ahead log to <paramref name="frames"/> at each commit, and checkpoint no more by itself.</summary>
    public static unsafe void CountFrames(sqlite3 connection, int* frames) => SetLogHook(connection.DangerousGetHandle(), &OnCommit, frames);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int OnCommit(int* frames, nint connection, byte* database, int count)
    {
        *frames = count;
        return raw.SQLITE_OK;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!string.Equals(name, Packaged, StringComparison.Ordinal))
            return 0;
        foreach (var candidate in SystemNames)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle))
                return handle;
        }
        // The package's library lies beside the provider's assembly, or in runtimes/ where the host looks for it.
        return NativeLibrary.TryLoad(Packaged, typeof(SQLite3Provider_e_sqlite3).Assembly, null, out var packaged) ? packaged : 0;
    }

    [LibraryImport(Packaged, EntryPoint = "sqlite3_wal_hook")]
    private static unsafe partial nint SetLogHook(nint connection, delegate* unmanaged[Cdecl]<int*, nint, byte*, int, int> hook, int* argument);

    [LibraryImport(Packaged, EntryPoint = "sqlite3_system_errno")]
    private static partial int SystemErrorNumber(nint connection);
}
