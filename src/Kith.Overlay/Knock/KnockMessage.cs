using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Overlay.Rendezvous;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Knock;

/// <summary>
/// The datagram: a dictionary of <c>knock</c> (the sealed packet, of one size) and <c>life</c> (how often it may still be passed on). Nothing in it tells whose it is
/// or whether two have to do with each other (docs/protocol/knock.md, "Form").
/// </summary>
internal static class KnockMessage
{
    /// <summary>Bytes in the sealed packet (specification).</summary>
    public const int SealedSize = 400;

    /// <summary>Bytes in the datagram: <c>d5:knock400:…4:lifei0ee</c>.</summary>
    public const int Size = 12 + SealedSize + 10;

    private const string SignatureLabel = "kith-knock-v1";

    private static ReadOnlySpan<byte> KeyLabel => "kith-knock-key-v1\0"u8;

    /// <summary>The key under which the knocks of a pair's direction are sealed.</summary>
    public static byte[] DeriveKey(FindSecret secret)
    {
        var key = new byte[XChaCha20Poly1305Aead.KeySize];
        Hkdf.DeriveKey(secret.Bytes, [], KeyLabel, key);
        return key;
    }

    /// <summary>Seals a packet into <paramref name="packet"/>, <see cref="SealedSize"/> bytes.</summary>
    public static void Seal(ReadOnlySpan<byte> key, Publication publication, long madeAt, IRandom random, Span<byte> packet) =>
        SealedContent.Seal(key, [], SignatureLabel, publication.Signer, publication.Content, madeAt, random, packet);

    /// <summary>Opens a packet; false when it is not for this key, or not of this maker.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> key, Ed25519PublicKey maker, ReadOnlySpan<byte> packet, [NotNullWhen(true)] out Contactable? content, out long madeAt) =>
        SealedContent.TryOpen(key, [], SignatureLabel, maker, packet, SealedSize, out content, out madeAt);

    /// <summary>Writes the datagram into <paramref name="datagram"/>, <see cref="Size"/> bytes.</summary>
    public static void Write(ReadOnlySpan<byte> packet, int life, Span<byte> datagram)
    {
        var writer = new BencodeWriter(datagram);
        writer.BeginDictionary();
        writer.WriteEntry("knock"u8, packet);
        writer.WriteEntry("life"u8, life);
        writer.End();
    }

    /// <summary>Reads the datagram; false for any other size, key, order or life.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> packet, out int life)
    {
        life = 0;
        packet = default;
        var reader = new BencodeReader(datagram);
        if (datagram.Length != Size || !reader.TryReadDictionary()
            || !reader.TryReadBytes(out var key) || !key.SequenceEqual("knock"u8) || !reader.TryReadBytes(out packet) || packet.Length != SealedSize
            || !reader.TryReadBytes(out key) || !key.SequenceEqual("life"u8) || !reader.TryReadInteger(out var number) || number is < 0 or > KnockLimits.MaxLife
            || !reader.TryReadEnd() || !reader.IsAtEnd)
            return false;
        life = (int)number;
        return true;
    }
}
