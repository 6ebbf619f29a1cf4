using System.Security.Cryptography;
using System.Text;
using Kith.Crypto;

namespace Kith.Storage.Keys;

/// <summary>Keys out of passphrases, as <c>vault.key</c> and exports keep their parameters: passes (4 bytes), KiB (4), salt (16).</summary>
internal static class PassphraseKey
{
    /// <summary>Bytes of the stored parameters.</summary>
    public const int ParametersSize = sizeof(uint) + sizeof(uint) + Argon2id.SaltSize;

    /// <summary>Most memory that parameters from a file may ask for, KiB: a hostile file must not take the machine's.</summary>
    public const uint MaxMemoryKiB = 256 << 10;

    /// <summary>Most passes that parameters from a file may ask for.</summary>
    public const uint MaxOperations = 16;

    /// <summary>Longest passphrase, bytes of UTF-8.</summary>
    public const int MaxPassphraseSize = 1024;

    private const int DefaultOperations = 3;
    private const int DefaultMemoryKiB = 64 << 10;
    private const uint MinMemoryKiB = 8;

    /// <summary>What new files take: 64 MiB, 3 passes.</summary>
    public static Argon2idParameters Default { get; } = new(DefaultOperations, (long)DefaultMemoryKiB << 10);

    /// <summary>Parameters read from a file; false when they are out of the limits.</summary>
    public static bool TryMake(uint operations, uint memoryKiB, out Argon2idParameters parameters)
    {
        var ok = operations is >= 1 and <= MaxOperations && memoryKiB is >= MinMemoryKiB and <= MaxMemoryKiB;
        parameters = ok ? new Argon2idParameters((int)operations, (long)memoryKiB << 10) : Default;
        return ok;
    }

    /// <summary>The key of a passphrase: its UTF-8 bytes as they are.</summary>
    /// <exception cref="VaultException">It is empty or too long.</exception>
    public static SecretBytes Derive(string passphrase, ReadOnlySpan<byte> salt, Argon2idParameters parameters)
    {
        var bytes = Encoding.UTF8.GetBytes(passphrase);
        try
        {
            if (bytes.Length is 0 or > MaxPassphraseSize)
                throw new VaultException(VaultFault.WrongPassphrase, $"a passphrase has 1 to {MaxPassphraseSize} bytes");
            return SecretBytes.Create(VaultKeys.KeySize, new Input(bytes, salt, parameters),
                static (key, input) => Argon2id.DeriveKey(input.Passphrase, input.Salt, input.Parameters, key));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private readonly ref struct Input(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, Argon2idParameters parameters)
    {
        public readonly ReadOnlySpan<byte> Passphrase = passphrase;
        public readonly ReadOnlySpan<byte> Salt = salt;
        public readonly Argon2idParameters Parameters = parameters;
    }
}
