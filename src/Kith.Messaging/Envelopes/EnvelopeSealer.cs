using System.Buffers;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>Seals Signal messages into envelopes that show nothing but their size class (docs/protocol/envelope.md). Allocates nothing but what it returns.</summary>
public sealed class EnvelopeSealer(IRandom random)
{
    /// <summary>Longest Signal message that a pair envelope holds, bytes.</summary>
    public const int MaxPairCiphertext = EnvelopeSize.Max - EnvelopeFormat.PairOverhead;

    /// <summary>Longest Signal message that an anonymous envelope holds, bytes.</summary>
    public const int MaxAnonymousCiphertext = EnvelopeSize.Max - EnvelopeFormat.AnonymousOverhead;

    /// <summary>Seals for somebody with whom a pair secret is shared.</summary>
    /// <exception cref="ArgumentException">The message is empty or too long, or the device id out of range.</exception>
    public byte[] SealPair(PairKeys keys, in EnvelopeContent content)
    {
        var envelope = GC.AllocateUninitializedArray<byte>(SizeFor(content, EnvelopeFormat.PairOverhead));
        SealPair(keys, content, envelope);
        return envelope;
    }

    /// <summary>Seals into a buffer; returns the envelope's size.</summary>
    /// <inheritdoc cref="SealPair(PairKeys, in EnvelopeContent)"/>
    public int SealPair(PairKeys keys, in EnvelopeContent content, IBufferWriter<byte> destination)
    {
        var size = SizeFor(content, EnvelopeFormat.PairOverhead);
        SealPair(keys, content, destination.GetSpan(size)[..size]);
        destination.Advance(size);
        return size;
    }

    /// <summary>Seals for somebody who does not know us: for the first contact. Tells the receiver alone who claims to have sent it.</summary>
    /// <param name="recipient">Whose device it is.</param>
    /// <param name="envelopeKey">The device's envelope key, from its verified list.</param>
    /// <param name="sender">This account.</param>
    /// <param name="content">What is sealed.</param>
    /// <param name="envelope">The envelope, or null when the key has small order.</param>
    /// <returns>False when the key has small order: nobody honest has such a key.</returns>
    /// <exception cref="ArgumentException">The message is empty or too long, or the device id out of range.</exception>
    public bool TrySealAnonymous(AccountId recipient, X25519PublicKey envelopeKey, AccountId sender, in EnvelopeContent content, out byte[] envelope)
    {
        envelope = GC.AllocateUninitializedArray<byte>(SizeFor(content, EnvelopeFormat.AnonymousOverhead));
        envelope[0] = EnvelopeFormat.Version;
        using var ephemeral = X25519PrivateKey.Generate(random);
        var encapsulated = envelope.AsSpan(1, Hpke.EncapsulatedKeySize);
        ephemeral.PublicKey.CopyTo(encapsulated);

        // X25519 ignores the highest bit (RFC 7748 §5); always zero, it would tell this form from the other.
        Span<byte> coin = stackalloc byte[1];
        random.Fill(coin);
        encapsulated[^1] |= (byte)(coin[0] & 0x80);
        var plaintext = envelope.AsSpan(EnvelopeFormat.HeaderSize..^EnvelopeFormat.TagSize);
        EnvelopeFormat.WriteInner(plaintext, sender, content);
        Span<byte> info = stackalloc byte[AnonymousInfo.Size];
        AnonymousInfo.Write(recipient, info);
        if (Hpke.TrySeal(ephemeral, encapsulated, envelopeKey, info, envelope.AsSpan(0, 1), plaintext, envelope.AsSpan(EnvelopeFormat.HeaderSize)))
            return true;
        envelope = [];
        return false;
    }

    private void SealPair(PairKeys keys, in EnvelopeContent content, Span<byte> envelope)
    {
        var header = envelope[..EnvelopeFormat.HeaderSize];
        header[0] = EnvelopeFormat.Version;
        var nonce = header.Slice(1, EnvelopeFormat.NonceSize);
        random.Fill(nonce);
        PairKeys.WriteHint(keys.SendHintKey, nonce, header[(1 + EnvelopeFormat.NonceSize)..]);
        var plaintext = envelope[EnvelopeFormat.HeaderSize..^EnvelopeFormat.TagSize];
        EnvelopeFormat.WriteInner(plaintext, null, content);
        XChaCha20Poly1305Aead.Seal(keys.SendKey, nonce, header, plaintext, envelope[EnvelopeFormat.HeaderSize..]);
    }

    private static int SizeFor(in EnvelopeContent content, int overhead)
    {
        if (content.Ciphertext.IsEmpty || !EnvelopeSize.TryFit(content.Ciphertext.Length + overhead, out var size))
            throw new ArgumentException($"an envelope holds 1 to {EnvelopeSize.Max - overhead} bytes, not {content.Ciphertext.Length}", nameof(content));
        if (content.SenderDevice is 0 or > Accounts.DeviceList.MaxDeviceId)
            throw new ArgumentException("a device id is 1 to 127", nameof(content));
        return size;
    }
}
