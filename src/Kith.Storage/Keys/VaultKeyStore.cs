using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Storage.Files;

namespace Kith.Storage.Keys;

/// <summary>Reads and replaces <c>vault.key</c> on disk.</summary>
internal static class VaultKeyStore
{
    /// <summary>Reads the key file.</summary>
    /// <exception cref="VaultException">Missing, damaged, or not readable.</exception>
    public static VaultKeyFile Read(HomeFiles files)
    {
        byte[] bytes;
        try
        {
            bytes = ReadBounded(files.Key);
        }
        catch (FileNotFoundException error)
        {
            throw new VaultException(VaultFault.Damaged, $"vault.key is missing from {files.Home}: without it nothing in vault.db can be read", error);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, "vault.key");
        }
        try
        {
            return VaultKeyFile.TryRead(bytes, out var file)
                ? file!
                : throw new VaultException(VaultFault.Damaged, "vault.key is damaged and was left as it is: put back a copy of it, or restore an export");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Writes the key under a new passphrase, atomically.</summary>
    public static void Replace(HomeFiles files, SecretBytes key, string? passphrase, IRandom random)
    {
        var content = VaultKeyFile.Encode(key, passphrase, random);
        try
        {
            DurableFile.Replace(files.Key, content);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, "vault.key");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static byte[] ReadBounded(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var buffer = new byte[VaultKeyFile.MaxSize + 1];
        var count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var bytes = buffer.AsSpan(0, count).ToArray();
        CryptographicOperations.ZeroMemory(buffer);
        return bytes;
    }
}
