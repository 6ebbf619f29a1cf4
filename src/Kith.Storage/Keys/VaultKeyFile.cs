using Kith.Crypto;
using Kith.Wire;

namespace Kith.Storage.Keys;

/// <summary>
/// <c>vault.key</c>: magic (8), protection (1), then either the key (32) or the passphrase's parameters (24), a nonce (24) and the key sealed
/// with XChaCha20-Poly1305 (48) under everything before it; last BLAKE2b-128 of all that (16), which tells damage from a wrong passphrase.
/// </summary>
internal abstract record VaultKeyFile
{
    private const int ChecksumSize = 16;
    private const int SealedKeySize = VaultKeys.KeySize + XChaCha20Poly1305Aead.TagSize;

    private enum Protection : byte
    {
        None = 0,
        Passphrase = 1,
    }

    private static ReadOnlySpan<byte> Magic => "KITHKEY1"u8;

    private VaultKeyFile()
    {
    }

    /// <summary>Longest file that is read, bytes.</summary>
    public const int MaxSize = 256;

    /// <summary>Opens the key.</summary>
    /// <exception cref="VaultException">The passphrase is wrong, missing, or given where there is none.</exception>
    public abstract SecretBytes Open(string? passphrase);

    /// <summary>Encodes a key for storage; null leaves it in the clear.</summary>
    public static byte[] Encode(SecretBytes key, string? passphrase, IRandom random)
    {
        using var writer = new WireWriter();
        writer.WriteBytes(Magic);
        if (passphrase is null)
        {
            writer.WriteByte((byte)Protection.None);
            writer.WriteBytes(key.Value);
        }
        else
        {
            writer.WriteByte((byte)Protection.Passphrase);
            WriteWrapped(writer, key, passphrase, random);
        }
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        Blake2b.Hash(writer.WrittenSpan, checksum);
        writer.WriteBytes(checksum);
        return writer.ToArray();
    }

    /// <summary>Reads a key file; false when it is cut, altered, of another kind, or asks for too much.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out VaultKeyFile? result)
    {
        result = null;
        if (file.Length is < ChecksumSize or > MaxSize)
            return false;
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        Blake2b.Hash(file[..^ChecksumSize], checksum);
        if (!ConstantTime.Equals(checksum, file[^ChecksumSize..]))
            return false;
        var reader = new WireReader(file[..^ChecksumSize]);
        if (!reader.TryReadBytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic) || !reader.TryReadByte(out var protection))
            return false;
        result = (Protection)protection switch
        {
            Protection.None => ReadClear(ref reader),
            Protection.Passphrase => ReadWrapped(ref reader, file),
            _ => null,
        };
        return result is not null;
    }

    private static void WriteWrapped(WireWriter writer, SecretBytes key, string passphrase, IRandom random)
    {
        var parameters = PassphraseKey.Default;
        var salt = random.NextBytes(Argon2id.SaltSize);
        var nonce = random.NextBytes(XChaCha20Poly1305Aead.NonceSize);
        writer.WriteUInt32((uint)parameters.Operations);
        writer.WriteUInt32((uint)(parameters.MemoryBytes >> 10));
        writer.WriteBytes(salt);
        writer.WriteBytes(nonce);
        using var wrappingKey = PassphraseKey.Derive(passphrase, salt, parameters);
        Span<byte> sealedKey = stackalloc byte[SealedKeySize];
        XChaCha20Poly1305Aead.Seal(wrappingKey.Value, nonce, writer.WrittenSpan, key.Value, sealedKey);
        writer.WriteBytes(sealedKey);
    }

    private static Clear? ReadClear(ref WireReader reader) =>
        reader.TryReadBytes(VaultKeys.KeySize, out var key) && reader.IsAtEnd ? new Clear(key.ToArray()) : null;

    private static Wrapped? ReadWrapped(ref WireReader reader, ReadOnlySpan<byte> file)
    {
        if (!reader.TryReadUInt32(out var operations) || !reader.TryReadUInt32(out var memory)
            || !PassphraseKey.TryMake(operations, memory, out var parameters)
            || !reader.TryReadBytes(Argon2id.SaltSize, out var salt)
            || !reader.TryReadBytes(XChaCha20Poly1305Aead.NonceSize, out var nonce))
            return null;
        var header = file[..reader.Consumed];
        return reader.TryReadBytes(SealedKeySize, out var sealedKey) && reader.IsAtEnd
            ? new Wrapped(parameters, salt.ToArray(), nonce.ToArray(), header.ToArray(), sealedKey.ToArray())
            : null;
    }

    /// <summary>A key in the clear, protected by the file's mode alone.</summary>
    public sealed record Clear(byte[] Key) : VaultKeyFile
    {
        public override SecretBytes Open(string? passphrase) => passphrase is null
            ? new SecretBytes(Key)
            : throw new VaultException(VaultFault.WrongPassphrase, "this home has no passphrase: open it without one");
    }

    /// <summary>A key wrapped with a passphrase.</summary>
    public sealed record Wrapped(Argon2idParameters Parameters, byte[] Salt, byte[] Nonce, byte[] Header, byte[] SealedKey) : VaultKeyFile
    {
        public override SecretBytes Open(string? passphrase)
        {
            if (passphrase is null)
                throw new VaultException(VaultFault.WrongPassphrase, "this home needs its passphrase");
            using var wrappingKey = PassphraseKey.Derive(passphrase, Salt, Parameters);
            Span<byte> key = stackalloc byte[VaultKeys.KeySize];
            if (!XChaCha20Poly1305Aead.TryOpen(wrappingKey.Value, Nonce, Header, SealedKey, key))
                throw new VaultException(VaultFault.WrongPassphrase, "the passphrase is wrong");
            var result = new SecretBytes(key);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
            return result;
        }
    }
}
