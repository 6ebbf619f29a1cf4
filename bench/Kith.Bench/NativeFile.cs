using System.Runtime.InteropServices;

namespace Kith.Bench;

/// <summary>fdatasync(2), which .NET does not offer: it has fsync alone.</summary>
internal static partial class NativeFile
{
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int DataSync(SafeHandle file);
}
