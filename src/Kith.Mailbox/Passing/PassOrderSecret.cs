using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Mailbox.Passing;

/// <summary>
/// What the order of those who pass on is drawn by (docs/protocol/mailbox.md, "Passing on"): from a secret of the home, the same for 60 days whatever starts there are in between, so that few ever see us. When the
/// days begin is everybody's own. Under another privacy level it is another order: those who saw who we are do not see next that we hide.
/// </summary>
public static class PassOrderSecret
{
    private static ReadOnlySpan<byte> OffsetLabel => "kith-pass-offset-v1\0"u8;

    private static ReadOnlySpan<byte> OrderLabel => "kith-pass-order-v2\0"u8;

    /// <summary>The period of a moment and its secret.</summary>
    /// <param name="home">The secret of the home.</param>
    /// <param name="level">The privacy level that the node runs under, as a number.</param>
    /// <param name="now">The moment.</param>
    public static PassPeriod At(SecretBytes home, byte level, DateTimeOffset now)
    {
        Span<byte> offset = stackalloc byte[sizeof(ulong)];
        Hkdf.DeriveKey(home.Value, [], OffsetLabel, offset);
        var ahead = (long)(BinaryPrimitives.ReadUInt64BigEndian(offset) % (ulong)PassLimits.OrderPeriod);
        var index = (now.ToUnixTimeMilliseconds() + ahead) / PassLimits.OrderPeriod;
        Span<byte> info = stackalloc byte[OrderLabel.Length + sizeof(long) + 1];
        OrderLabel.CopyTo(info);
        BinaryPrimitives.WriteInt64BigEndian(info[OrderLabel.Length..], index);
        info[^1] = level;
        var secret = new byte[Sha256.HashSize];
        Hkdf.DeriveKey(home.Value, [], info, secret);
        return new PassPeriod(index, secret);
    }
}
