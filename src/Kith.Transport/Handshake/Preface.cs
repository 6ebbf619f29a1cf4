namespace Kith.Transport.Handshake;

/// <summary>
/// The first bytes of each side. From the initiator: "KITH", version, pattern. From the responder: "KITH", its version, and 0 or the code of a
/// refusal. Sessions' law: docs/protocol/session.md, "Preface".
/// </summary>
/// <param name="Version">The version of the protocol.</param>
/// <param name="Last">The initiator's pattern, or the responder's answer.</param>
internal readonly record struct Preface(byte Version, byte Last)
{
    public const int Size = 6;

    public const byte CurrentVersion = 1;

    private const int VersionAt = 4;
    private const int LastAt = 5;

    private static ReadOnlySpan<byte> Magic => "KITH"u8;

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        destination[VersionAt] = Version;
        destination[LastAt] = Last;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    /// <summary>False when the bytes, as far as they go, cannot become a preface: there is no need to wait for the rest.</summary>
    public static bool CanStartWith(ReadOnlySpan<byte> bytes) => bytes.Length >= Magic.Length ? bytes.StartsWith(Magic) : Magic.StartsWith(bytes);

    /// <summary>Reads a preface of exactly <see cref="Size"/> bytes; false when it is something else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Preface preface)
    {
        var ok = bytes.Length == Size && bytes.StartsWith(Magic);
        preface = ok ? new Preface(bytes[VersionAt], bytes[LastAt]) : default;
        return ok;
    }
}
