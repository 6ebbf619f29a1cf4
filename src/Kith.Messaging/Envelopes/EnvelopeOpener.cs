using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>
/// Opens envelopes. An opener has one buffer: what it gives out is valid until its next call, and it is not for several threads. To find the pair of an
/// envelope, ask <see cref="PairKeys.Matches"/> of the session's peer first, then of the other contacts; when none matches, try the anonymous form.
/// </summary>
public sealed class EnvelopeOpener
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(EnvelopeSize.Max);

    /// <summary>Opens an envelope of a pair; false when it is not one, or not exactly right.</summary>
    public bool TryOpenPair(PairKeys keys, ReadOnlySpan<byte> envelope, out EnvelopeContent content)
    {
        content = default;
        if (!keys.Matches(envelope))
            return false;
        var header = envelope[..EnvelopeFormat.HeaderSize];
        var plaintext = _buffer.AsSpan(0, envelope.Length - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize);
        return XChaCha20Poly1305Aead.TryOpen(
                keys.ReceiveKey, header.Slice(1, EnvelopeFormat.NonceSize), header, envelope[EnvelopeFormat.HeaderSize..], plaintext)
            && EnvelopeFormat.TryReadInner(plaintext, withSender: false, out _, out content);
    }

    /// <summary>Opens an anonymous envelope for this account and device; false when it is not one, or not exactly right. Some 60 µs.</summary>
    /// <param name="account">This account.</param>
    /// <param name="envelopeKey">This device's envelope key.</param>
    /// <param name="envelope">What arrived.</param>
    /// <param name="sender">Who claims to have sent it: unproved until the Signal message inside is.</param>
    /// <param name="content">What was inside.</param>
    public bool TryOpenAnonymous(AccountId account, X25519PrivateKey envelopeKey, ReadOnlySpan<byte> envelope, out AccountId sender, out EnvelopeContent content)
    {
        content = default;
        sender = default;
        if (!EnvelopeFormat.HasForm(envelope))
            return false;
        Span<byte> info = stackalloc byte[AnonymousInfo.Size];
        AnonymousInfo.Write(account, info);
        var plaintext = _buffer.AsSpan(0, envelope.Length - EnvelopeFormat.HeaderSize - EnvelopeFormat.TagSize);
        if (!Hpke.TryOpen(envelopeKey, envelope.Slice(1, Hpke.EncapsulatedKeySize), info, envelope[..1], envelope[EnvelopeFormat.HeaderSize..], plaintext)
            || !EnvelopeFormat.TryReadInner(plaintext, withSender: true, out var claimed, out content) || claimed is null)
            return false;
        sender = claimed.Value;
        return true;
    }
}
