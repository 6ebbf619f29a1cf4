using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>A prekey that serves one session (X3DH's OPK).</summary>
public sealed record OneTimePreKey(uint Id, X25519PrivateKey PrivateKey)
{
    /// <summary>A fresh one.</summary>
    public static OneTimePreKey Generate(uint id, IRandom random) => new(id, X25519PrivateKey.Generate(random));

    /// <summary>The private key, to be stored encrypted.</summary>
    public byte[] Serialize() => PrivateKey.Value.ToArray();

    /// <summary>Reads what <see cref="Serialize"/> made.</summary>
    public static bool TryParse(uint id, ReadOnlySpan<byte> stored, [NotNullWhen(true)] out OneTimePreKey? preKey)
    {
        preKey = stored.Length == X25519PrivateKey.Size ? new OneTimePreKey(id, X25519PrivateKey.FromBytes(stored)) : null;
        return preKey is not null;
    }
}
