using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Onion;

/// <summary>The key that lets the users of a link into the onion service that it names: both sides derive it from what the link holds, so it stands in no link (docs/protocol/link.md, "Through Tor").</summary>
public static class OnionLinkKey
{
    private static ReadOnlySpan<byte> Label => "kith-onion-link-v1\0"u8;

    /// <summary>The key. The caller's, to be erased.</summary>
    /// <param name="linkSecret">The link's invite secret, or its find seed; not empty.</param>
    /// <param name="maker">Who made the link.</param>
    public static X25519PrivateKey Of(ReadOnlySpan<byte> linkSecret, AccountId maker)
    {
        Span<byte> info = stackalloc byte[Label.Length + AccountId.Size];
        Label.CopyTo(info);
        maker.CopyTo(info[Label.Length..]);
        Span<byte> key = stackalloc byte[X25519PrivateKey.Size];
        Hkdf.DeriveKey(linkSecret, [], info, key);
        try
        {
            return X25519PrivateKey.FromBytes(key);
        }
        finally
        {
            key.Clear();
        }
    }
}
