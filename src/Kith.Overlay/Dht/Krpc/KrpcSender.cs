namespace Kith.Overlay.Dht.Krpc;

/// <summary>What a message says of who sends it.</summary>
/// <param name="idBytes">The node's id.</param>
/// <param name="isReadOnly">Whether its queries say <c>ro</c> (BEP 43).</param>
internal readonly ref struct KrpcSender(ReadOnlySpan<byte> idBytes, bool isReadOnly)
{
    /// <summary><c>v</c> (BEP 20): two letters for the client and two bytes for its version.</summary>
    public static ReadOnlySpan<byte> Version => "KT\0\x01"u8;

    /// <summary>Whether a message's <c>v</c> is that of a node of Kith.</summary>
    public static bool IsKith(ReadOnlySpan<byte> version) => version.Length == Version.Length && version[..2].SequenceEqual(Version[..2]);

    public ReadOnlySpan<byte> IdBytes { get; } = idBytes;

    public bool IsReadOnly { get; } = isReadOnly;
}
