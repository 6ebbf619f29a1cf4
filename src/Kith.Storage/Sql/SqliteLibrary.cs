using System.Reflection;
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

    [LibraryImport(Packaged, EntryPoint = "sqlite3_system_errno")]
    private static partial int SystemErrorNumber(nint connection);
}
