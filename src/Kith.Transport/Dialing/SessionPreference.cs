using Kith.Crypto;

namespace Kith.Transport.Dialing;

/// <summary>Which of two sessions between the same two nodes is used, the same at both ends; docs/protocol/session.md, "Two sessions".</summary>
internal static class SessionPreference
{
    /// <summary>Sessions made within this time were made by both sides calling each other; of older ones the newer is used, since its maker may have lost the older.</summary>
    public static readonly TimeSpan Simultaneous = TimeSpan.FromSeconds(5);

    /// <summary>Whether the newer of two sessions takes over from the older.</summary>
    public static bool NewerWins(ISession older, ISession newer, TimeSpan between, X25519PublicKey local)
    {
        if (between > Simultaneous || older.IsInitiator == newer.IsInitiator)
            return true;
        return newer.IsInitiator == IsLower(local, newer.RemoteKey);
    }

    /// <summary>Keys are ordered as unsigned big-endian numbers. The node with the lower one ends the session that is not used.</summary>
    public static bool IsLower(X25519PublicKey left, X25519PublicKey right)
    {
        Span<byte> a = stackalloc byte[X25519PublicKey.Size];
        Span<byte> b = stackalloc byte[X25519PublicKey.Size];
        left.CopyTo(a);
        right.CopyTo(b);
        return a.SequenceCompareTo(b) < 0;
    }
}
