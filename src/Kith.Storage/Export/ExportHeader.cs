using System.Text;
using Kith.Crypto;
using Kith.Storage.Keys;
using Kith.Wire;

namespace Kith.Storage.Export;

/// <summary>
/// The start of an export: magic (7), version (1; the first had no <see cref="ExportItemKind.Beside"/>), the passphrase's parameters (24), nonce prefix (19), key check (16): a MAC of all that,
/// which tells a wrong passphrase; checksum (16): BLAKE2b-128 of all that, which tells damage. All of it is associated data of each chunk.
/// </summary>
internal sealed class ExportHeader
{
    /// <summary>Bytes in a header.</summary>
    public const int Size = CheckedSize + KeyCheckSize + ChecksumSize;

    /// <summary>Bytes before a chunk's number and its final mark in a nonce.</summary>
    public const int NoncePrefixSize = 19;

    private const byte Version = 2;
    private const int KeyCheckSize = 16;
    private const int ChecksumSize = 16;
    private const int MagicSize = 7;
    private const int CheckedSize = MagicSize + 1 + PassphraseKey.ParametersSize + NoncePrefixSize;

    private readonly byte[] _bytes;
    private readonly Argon2idParameters _parameters;

    private ExportHeader(byte[] bytes, Argon2idParameters parameters) => (_bytes, _parameters) = (bytes, parameters);

    private static ReadOnlySpan<byte> Magic => "KITHEXP"u8;

    /// <summary>The header as it stands in the file.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>What each nonce starts with.</summary>
    public ReadOnlySpan<byte> NoncePrefix => _bytes.AsSpan(CheckedSize - NoncePrefixSize, NoncePrefixSize);

    private ReadOnlySpan<byte> Salt => _bytes.AsSpan(MagicSize + 1 + (2 * sizeof(uint)), Argon2id.SaltSize);

    /// <summary>Makes the header of a new export and the key of its chunks.</summary>
    public static (ExportHeader Header, SecretBytes Key) Create(string passphrase, IRandom random)
    {
        var parameters = PassphraseKey.Default;
        var salt = random.NextBytes(Argon2id.SaltSize);
        using var writer = new WireWriter(Size);
        writer.WriteBytes(Magic);
        writer.WriteByte(Version);
        writer.WriteUInt32((uint)parameters.Operations);
        writer.WriteUInt32((uint)(parameters.MemoryBytes >> 10));
        writer.WriteBytes(salt);
        writer.WriteBytes(random.NextBytes(NoncePrefixSize));
        using var root = PassphraseKey.Derive(passphrase, salt, parameters);
        Span<byte> hash = stackalloc byte[ChecksumSize];
        ComputeKeyCheck(root, writer.WrittenSpan, hash);
        writer.WriteBytes(hash);
        Blake2b.Hash(writer.WrittenSpan, hash);
        writer.WriteBytes(hash);
        return (new ExportHeader(writer.ToArray(), parameters), ChunkKey(root));
    }

    /// <summary>Reads a header; false when it is cut, altered, of another kind, or asks for too much.</summary>
    /// <param name="source">Exactly the header.</param>
    /// <param name="header">What was read.</param>
    /// <param name="newer">Whether it fails because a newer version wrote it.</param>
    public static bool TryRead(ReadOnlySpan<byte> source, out ExportHeader? header, out bool newer)
    {
        header = null;
        var reader = new WireReader(source);
        newer = source.Length >= MagicSize + 1 && source.StartsWith(Magic) && source[MagicSize] > Version;
        if (newer || source.Length != Size || !reader.TryReadBytes(MagicSize, out var magic) || !magic.SequenceEqual(Magic)
            || !reader.TryReadByte(out var version) || version == 0
            || !reader.TryReadUInt32(out var operations) || !reader.TryReadUInt32(out var memory)
            || !PassphraseKey.TryMake(operations, memory, out var parameters))
            return false;
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        Blake2b.Hash(source[..^ChecksumSize], checksum);
        if (!ConstantTime.Equals(checksum, source[^ChecksumSize..]))
            return false;
        header = new ExportHeader(source.ToArray(), parameters);
        return true;
    }

    /// <summary>The key of the chunks.</summary>
    /// <exception cref="VaultException">The passphrase is wrong.</exception>
    public SecretBytes Open(string passphrase)
    {
        using var root = PassphraseKey.Derive(passphrase, Salt, _parameters);
        Span<byte> check = stackalloc byte[KeyCheckSize];
        ComputeKeyCheck(root, Bytes[..CheckedSize], check);
        return ConstantTime.Equals(check, Bytes.Slice(CheckedSize, KeyCheckSize))
            ? ChunkKey(root)
            : throw new VaultException(VaultFault.WrongPassphrase, "the passphrase of the export is wrong");
    }

    private static void ComputeKeyCheck(SecretBytes root, ReadOnlySpan<byte> header, Span<byte> check)
    {
        using var key = Derive(root, "kith/export/1/check");
        Blake2b.Hash(key.Value, header, check);
    }

    private static SecretBytes ChunkKey(SecretBytes root) => Derive(root, "kith/export/1/chunks");

    private static SecretBytes Derive(SecretBytes root, string label) => SecretBytes.Create(
        XChaCha20Poly1305Aead.KeySize, (root, label), static (key, from) => Blake2b.Hash(from.root.Value, Encoding.ASCII.GetBytes(from.label), key));
}
