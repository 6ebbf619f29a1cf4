using System.Globalization;
using System.Text;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>
/// The number that two people compare: Signal's numeric fingerprint (libsignal, rust/protocol/src/fingerprint.rs), version 0, 5,200 iterations of SHA-512, 30 digits
/// a side, sorted. The stable identifier is the account key, the key is the Signal identity key with its type byte 0x05. A number costs about 5 ms: keep it.
/// </summary>
public static class SafetyNumber
{
    /// <summary>Hashes a side: makes finding a similar number 5,200 times as dear.</summary>
    public const int Iterations = 5200;

    private const int Groups = 6;
    private const int BytesPerGroup = 5;
    private const ulong GroupModulus = 100_000;
    private const byte X25519KeyType = 0x05;

    /// <summary>60 digits in twelve groups of five with spaces between, the same whoever computes it.</summary>
    public static string Compute(AccountId account, X25519PublicKey identity, AccountId otherAccount, X25519PublicKey otherIdentity)
    {
        var own = Half(account.ToArray(), Serialize(identity));
        var other = Half(otherAccount.ToArray(), Serialize(otherIdentity));
        var digits = string.CompareOrdinal(own, other) < 0 ? own + other : other + own;
        return string.Join(' ', digits.Chunk(BytesPerGroup).Select(group => new string(group)));
    }

    /// <summary>One side's 30 digits.</summary>
    internal static string Half(ReadOnlySpan<byte> stableId, ReadOnlySpan<byte> serializedKey)
    {
        Span<byte> hash = stackalloc byte[Sha512.HashSize];
        Sha512.Hash([0, 0, .. serializedKey, .. stableId, .. serializedKey], hash);
        Span<byte> input = stackalloc byte[Sha512.HashSize + serializedKey.Length];
        serializedKey.CopyTo(input[Sha512.HashSize..]);
        for (var i = 1; i < Iterations; i++)
        {
            hash.CopyTo(input);
            Sha512.Hash(input, hash);
        }

        var digits = new StringBuilder(Groups * BytesPerGroup);
        for (var group = 0; group < Groups; group++)
        {
            ulong value = 0;
            foreach (var b in hash.Slice(group * BytesPerGroup, BytesPerGroup))
                value = (value << 8) | b;
            digits.Append((value % GroupModulus).ToString("D5", CultureInfo.InvariantCulture));
        }

        return digits.ToString();
    }

    private static byte[] Serialize(X25519PublicKey key) => [X25519KeyType, .. key.ToArray()];
}
