using System.Runtime.InteropServices;
using System.Text;

namespace Kith.Storage.Files;

/// <summary>
/// What files need of the system and the base library does not give: syncing a folder, renaming a folder over an empty one, and reading
/// a file that another process holds locked (the base library takes a shared lock to read).
/// </summary>
internal static partial class Posix
{
    private const string LibC = "libc";
    private const int ReadOnly = 0; // O_RDONLY
    private const int PidTextSize = 16;

    /// <summary>Makes the names in a folder durable: a rename is not until then.</summary>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
            throw Error($"cannot open {folder}");
        try
        {
            if (Sync(descriptor) != 0)
                throw Error($"cannot sync {folder}");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>rename(2): atomic, and over an empty folder too.</summary>
    public static void Rename(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            if (Directory.Exists(to))
                Directory.Delete(to);
            Directory.Move(from, to);
        }
        else if (RenameFile(from, to) != 0)
        {
            throw Error($"cannot rename {from} to {to}");
        }
    }

    /// <summary>The first characters of a file, whoever has locked it; null when it cannot be read.</summary>
    public static unsafe string? ReadStart(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
            return null;
        try
        {
            var bytes = stackalloc byte[PidTextSize];
            var count = Read(descriptor, bytes, PidTextSize);
            return count < 0 ? null : Encoding.ASCII.GetString(bytes, (int)count);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Error(string what)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(number)}", number);
    }

    [LibraryImport(LibC, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport(LibC, EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport(LibC, EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport(LibC, EntryPoint = "read")]
    private static unsafe partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport(LibC, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameFile(string from, string to);
}
