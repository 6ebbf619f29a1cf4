using System.Runtime.InteropServices;

namespace Kith.Crypto.Native;

/// <summary>
/// SHA-256 in steps over a state that can be copied, which the BCL's hashes do not allow cheaply: a keyed hash that is needed five times is then
/// prepared once. OpenSSL's (the library that the BCL itself uses on Linux; three times as fast where the processor has SHA instructions) when it is
/// there, libsodium's otherwise.
/// </summary>
internal static unsafe class Sha256Stream
{
    /// <summary>Bytes of either library's state: OpenSSL has 112, libsodium 104.</summary>
    public const int StateSize = 112;

    /// <summary>Bytes that one compression takes.</summary>
    public const int BlockSize = 64;

    private static readonly string[] OpenSslNames = ["libcrypto.so.3", "libcrypto.so.1.1"];

    private static readonly delegate* unmanaged[Cdecl]<byte*, byte*, int> OpenSslFinal;
    private static readonly delegate* unmanaged[Cdecl]<byte*, int> Start;
    private static readonly delegate* unmanaged[Cdecl]<byte*, byte*, nuint, int> Append;

#pragma warning disable CA1810 // three fields that are decided together
    static Sha256Stream()
#pragma warning restore CA1810
    {
        foreach (var name in OpenSslNames)
        {
            if (!NativeLibrary.TryLoad(name, out var library)
                || !NativeLibrary.TryGetExport(library, "SHA256_Init", out var init)
                || !NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
                || !NativeLibrary.TryGetExport(library, "SHA256_Final", out var final))
                continue;
            Start = (delegate* unmanaged[Cdecl]<byte*, int>)init;
            Append = (delegate* unmanaged[Cdecl]<byte*, byte*, nuint, int>)update;
            OpenSslFinal = (delegate* unmanaged[Cdecl]<byte*, byte*, int>)final;
            return;
        }
    }

    public static void Initialise(byte* state)
    {
        if (Start != null)
            _ = Start(state);
        else
            _ = Sodium.Sha256Init(state);
    }

    public static void Update(byte* state, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            if (Append != null)
                _ = Append(state, pointer, (nuint)data.Length);
            else
                _ = Sodium.Sha256Update(state, pointer, (ulong)data.Length);
        }
    }

    public static void Finish(byte* state, byte* hash)
    {
        if (OpenSslFinal != null)
            _ = OpenSslFinal(hash, state);
        else
            _ = Sodium.Sha256Final(state, hash);
    }
}
