using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>The HPKE info of an anonymous envelope: a label and the account it is for, so that it opens for nothing else.</summary>
internal static class AnonymousInfo
{
    public static int Size => Label.Length + AccountId.Size;

    private static ReadOnlySpan<byte> Label => "kith-envelope-anonymous-v1\0"u8;

    public static void Write(AccountId recipient, Span<byte> info)
    {
        Label.CopyTo(info);
        recipient.CopyTo(info[Label.Length..]);
    }
}
