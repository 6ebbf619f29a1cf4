using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>
/// Offsets and sizes of envelopes, and the plaintext inside (docs/protocol/envelope.md). Both forms begin with the version and 32 bytes: nonce and hint in the pair
/// form, an ephemeral key in the anonymous one.
/// </summary>
internal static class EnvelopeFormat
{
    public const byte Version = 1;
    public const int HeaderSize = 1 + 32;
    public const int TagSize = XChaCha20Poly1305Aead.TagSize;
    public const int NonceSize = XChaCha20Poly1305Aead.NonceSize;
    public const int HintSize = 8;

    /// <summary>Kind, message id, sender's device, length.</summary>
    public const int InnerSize = 1 + MessageId.Size + 1 + sizeof(uint);

    public const int PairOverhead = HeaderSize + InnerSize + TagSize;
    public const int AnonymousOverhead = PairOverhead + AccountId.Size;

    public static bool HasForm(ReadOnlySpan<byte> envelope) => EnvelopeSize.IsClass(envelope.Length) && envelope[0] == Version;

    /// <summary>Writes the plaintext into all of <paramref name="plaintext"/>: zeroes fill it up.</summary>
    public static void WriteInner(Span<byte> plaintext, AccountId? sender, in EnvelopeContent content)
    {
        var at = 0;
        if (sender is { } account)
        {
            account.CopyTo(plaintext);
            at = AccountId.Size;
        }

        plaintext[at] = (byte)content.Kind;
        content.Id.CopyTo(plaintext[(at + 1)..]);
        plaintext[at + 1 + MessageId.Size] = content.SenderDevice;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(plaintext[(at + InnerSize - sizeof(uint))..], (uint)content.Ciphertext.Length);
        content.Ciphertext.CopyTo(plaintext[(at + InnerSize)..]);
        plaintext[(at + InnerSize + content.Ciphertext.Length)..].Clear();
    }

    // An anonymous receipt would be anybody's.
    private static bool IsKind(byte kind, bool anonymous) => kind is (byte)EnvelopeKind.Whisper or (byte)EnvelopeKind.PreKey
        || (kind is (byte)EnvelopeKind.Receipt or (byte)EnvelopeKind.BundleRequest or (byte)EnvelopeKind.Bundle && !anonymous);

    /// <summary>Reads the plaintext; false unless every byte is as <see cref="WriteInner"/> writes it, padding and size class included.</summary>
    public static bool TryReadInner(ReadOnlySpan<byte> plaintext, bool withSender, out AccountId? sender, out EnvelopeContent content)
    {
        content = default;
        sender = null;
        var reader = new WireReader(plaintext);
        if (withSender)
        {
            if (!reader.TryReadAccountId(out var account))
                return false;
            sender = account;
        }

        if (!reader.TryReadByte(out var kind) || !IsKind(kind, withSender)
            || !reader.TryReadMessageId(out var id)
            || !reader.TryReadByte(out var device) || device is 0 or > Accounts.DeviceList.MaxDeviceId
            || !reader.TryReadUInt32(out var length) || length is 0 or > EnvelopeSize.Max
            || !reader.TryReadBytes((int)length, out var ciphertext))
            return false;

        // Zero padding up to the smallest class that fits: an envelope has exactly one form, and nothing can be hidden in it.
        if (reader.Remaining.ContainsAnyExcept((byte)0)
            || !EnvelopeSize.TryFit(HeaderSize + reader.Consumed + TagSize, out var smallest)
            || smallest != HeaderSize + plaintext.Length + TagSize)
            return false;
        content = new EnvelopeContent((EnvelopeKind)kind, id, device, ciphertext);
        return true;
    }
}
