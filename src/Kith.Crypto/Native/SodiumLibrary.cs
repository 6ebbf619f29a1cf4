using System.Reflection;
using System.Runtime.InteropServices;

namespace Kith.Crypto.Native;

/// <summary>Finds the system's libsodium, by any of the names it goes by, and initialises it once.</summary>
internal static unsafe class SodiumLibrary
{
    public const string Name = "libsodium";

    /// <summary>Tried in this order: the Debian 12 soname, later sonames, then what developers' and other platforms' packages install.</summary>
    private static readonly string[] Candidates =
        ["libsodium.so.23", "libsodium.so.26", "libsodium.so", "libsodium.dylib", "libsodium.dll", "libsodium"];

    private static readonly Lock Gate = new();
    private static nint _handle; // guarded by Gate

    public static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (!string.Equals(libraryName, Name, StringComparison.Ordinal))
            return 0;
        lock (Gate)
        {
            if (_handle == 0)
                _handle = Load(Candidates, assembly, searchPath);
            return _handle;
        }
    }

    internal static nint Load(IEnumerable<string> candidates, Assembly assembly, DllImportSearchPath? searchPath)
    {
        foreach (var candidate in candidates)
        {
            if (!NativeLibrary.TryLoad(candidate, assembly, searchPath, out var handle))
                continue;
            // sodium_init chooses the fastest implementations for this processor; the functions are only thread-safe after it.
            var init = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(handle, "sodium_init");
            if (init() < 0)
                throw new DllNotFoundException($"{candidate} was found but could not be initialised");
            return handle;
        }
        throw new DllNotFoundException(
            "libsodium is not installed: install it with 'apt-get install libsodium23' (Debian, Ubuntu), 'dnf install libsodium' (Fedora) " +
            "or 'brew install libsodium' (macOS), then start Kith again");
    }
}
