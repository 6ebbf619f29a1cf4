using System.Text;
using Kith.Crypto;

namespace Kith.Storage.Keys;

/// <summary>The keys that come of the vault key: one for each use, by keyed BLAKE2b over a label (docs/protocol/vault.md, "Keys").</summary>
internal sealed class VaultKeys : IDisposable
{
    /// <summary>Bytes in the vault key and in each key derived from it.</summary>
    public const int KeySize = 32;

    public VaultKeys(SecretBytes vaultKey)
    {
        Rows = Derive(vaultKey, "kith/vault/1/rows");
        RecordTags = Derive(vaultKey, "kith/vault/1/record-tags");
        PeerTags = Derive(vaultKey, "kith/vault/1/peer-tags");
        Forwarding = Derive(vaultKey, "kith/vault/1/forwarding");
        OnionDoor = Derive(vaultKey, "kith/vault/1/onion-door");
    }

    /// <summary>Seals every sealed column.</summary>
    public SecretBytes Rows { get; }

    /// <summary>Hashes the keys of records.</summary>
    public SecretBytes RecordTags { get; }

    /// <summary>Hashes account ids.</summary>
    public SecretBytes PeerTags { get; }

    /// <summary>Seals forwarding keys, which lie beside the vault.</summary>
    public SecretBytes Forwarding { get; }

    /// <summary>The seed of the onion service at which this home's node takes strangers in; nothing leads from it to the account.</summary>
    public SecretBytes OnionDoor { get; }

    public void Dispose()
    {
        Rows.Dispose();
        RecordTags.Dispose();
        PeerTags.Dispose();
        Forwarding.Dispose();
        OnionDoor.Dispose();
    }

    private static SecretBytes Derive(SecretBytes vaultKey, string label) => SecretBytes.Create(
        KeySize, (vaultKey, label), static (key, from) => Blake2b.Hash(from.vaultKey.Value, Encoding.ASCII.GetBytes(from.label), key));
}
