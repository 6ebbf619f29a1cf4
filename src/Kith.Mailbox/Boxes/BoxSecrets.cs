using Kith.Crypto;
using Kith.Wire;

namespace Kith.Mailbox.Boxes;

/// <summary>Which of a link's two boxes.</summary>
public enum LinkPurpose : byte
{
    /// <summary>None; never used.</summary>
    None = 0,

    /// <summary>What the maker puts for whoever has the link.</summary>
    Bundle = 1,

    /// <summary>What the users of the link write to its maker.</summary>
    Request = 2,
}

/// <summary>Where box secrets come from (docs/protocol/mailbox.md, "Box secrets and periods").</summary>
public static class BoxSecrets
{
    /// <summary>The secret of a pair in one direction, of the pair secret of envelope.md.</summary>
    public static BoxSecret OfPair(ReadOnlySpan<byte> pairSecret, AccountId reader, AccountId writer)
    {
        Span<byte> info = stackalloc byte[PairLabel.Length + (2 * AccountId.Size)];
        PairLabel.CopyTo(info);
        reader.CopyTo(info[PairLabel.Length..]);
        writer.CopyTo(info[(PairLabel.Length + AccountId.Size)..]);
        return Derive(pairSecret, info);
    }

    /// <summary>The secret of one of a link's boxes, of the invite secret or the find seed of link.md.</summary>
    public static BoxSecret OfLink(ReadOnlySpan<byte> linkSecret, LinkPurpose purpose, AccountId maker)
    {
        Span<byte> info = stackalloc byte[LinkLabel.Length + 1 + AccountId.Size];
        LinkLabel.CopyTo(info);
        info[LinkLabel.Length] = (byte)purpose;
        maker.CopyTo(info[(LinkLabel.Length + 1)..]);
        return Derive(linkSecret, info);
    }

    private static ReadOnlySpan<byte> PairLabel => "kith-box-pair-v1\0"u8;

    private static ReadOnlySpan<byte> LinkLabel => "kith-box-link-v1\0"u8;

    private static BoxSecret Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> info)
    {
        Span<byte> output = stackalloc byte[BoxSecret.Size];
        Hkdf.DeriveKey(secret, [], info, output);
        var derived = new BoxSecret(output);
        output.Clear();
        return derived;
    }
}
