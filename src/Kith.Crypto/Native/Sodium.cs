using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kith.Crypto.Native;

/// <summary>
/// The functions of libsodium (1.0.18 or later) that Kith uses. Lengths are the caller's duty: the wrappers check them first.
/// Source: https://doc.libsodium.org/.
/// </summary>
internal static unsafe partial class Sodium
{
    private const string Library = SodiumLibrary.Name;

    static Sodium() => NativeLibrary.SetDllImportResolver(typeof(Sodium).Assembly, SodiumLibrary.Resolve);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_seed_keypair")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Ed25519SeedKeypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_detached")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Ed25519Sign(byte* signature, ulong* signatureLength, byte* message, ulong messageLength, byte* secretKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_ed25519_verify_detached")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Ed25519Verify(byte* signature, byte* message, ulong messageLength, byte* publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int X25519(byte* shared, byte* scalar, byte* point);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519_base")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int X25519Base(byte* point, byte* scalar);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_ed25519_base_noclamp")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Ed25519BaseNoClamp(byte* point, byte* scalar);

    [LibraryImport(Library, EntryPoint = "crypto_core_ed25519_scalar_reduce")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void Ed25519ScalarReduce(byte* reduced32, byte* wide64);

    [LibraryImport(Library, EntryPoint = "crypto_core_ed25519_scalar_mul")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void Ed25519ScalarMultiply(byte* product, byte* x, byte* y);

    [LibraryImport(Library, EntryPoint = "crypto_core_ed25519_scalar_add")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void Ed25519ScalarAdd(byte* sum, byte* x, byte* y);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int ChaCha20Poly1305Encrypt(byte* ciphertext, ulong* ciphertextLength, byte* message, ulong messageLength,
        byte* associatedData, ulong associatedDataLength, byte* secretNonce, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int ChaCha20Poly1305Decrypt(byte* message, ulong* messageLength, byte* secretNonce, byte* ciphertext,
        ulong ciphertextLength, byte* associatedData, ulong associatedDataLength, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_xchacha20poly1305_ietf_encrypt")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int XChaCha20Poly1305Encrypt(byte* ciphertext, ulong* ciphertextLength, byte* message, ulong messageLength,
        byte* associatedData, ulong associatedDataLength, byte* secretNonce, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_xchacha20poly1305_ietf_decrypt")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int XChaCha20Poly1305Decrypt(byte* message, ulong* messageLength, byte* secretNonce, byte* ciphertext,
        ulong ciphertextLength, byte* associatedData, ulong associatedDataLength, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_stream_chacha20_ietf_xor_ic")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int ChaCha20XorFrom(byte* destination, byte* source, ulong length, byte* nonce, uint counter, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_generichash_blake2b")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Blake2b(byte* hash, nuint hashLength, byte* message, ulong messageLength, byte* key, nuint keyLength);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_argon2id")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Argon2id(byte* output, ulong outputLength, byte* password, ulong passwordLength, byte* salt,
        ulong operations, nuint memory, int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_hash_sha256_init")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Sha256Init(byte* state);

    [LibraryImport(Library, EntryPoint = "crypto_hash_sha256_update")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Sha256Update(byte* state, byte* data, ulong length);

    [LibraryImport(Library, EntryPoint = "crypto_hash_sha256_final")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Sha256Final(byte* state, byte* hash);
}
