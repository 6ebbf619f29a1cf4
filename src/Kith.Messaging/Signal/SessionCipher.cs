using System.Buffers;
using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>
/// Encrypts and decrypts with a session record, in memory and without I/O. The formats and rules are libsignal's, version 4 (docs/protocol/signal.md).
/// </summary>
public static class SessionCipher
{
    /// <summary>The largest plaintext.</summary>
    public const int MaxPlaintextSize = 256 * 1024;

    /// <summary>Encrypts with the current session; null when there is none that may be written to (see <see cref="SessionRecord.HasUsableSession"/>).</summary>
    public static CiphertextMessage? Encrypt(SessionRecord record, ReadOnlySpan<byte> plaintext, long now)
    {
        var output = new ArrayBufferWriter<byte>(plaintext.Length + 128);
        return TryEncrypt(record, plaintext, now, output, out var kind) ? new CiphertextMessage(kind, output.WrittenSpan.ToArray()) : null;
    }

    /// <summary>Encrypts with the current session into <paramref name="output"/>; false when there is none that may be written to.</summary>
    /// <exception cref="ArgumentException">The plaintext is longer than <see cref="MaxPlaintextSize"/>.</exception>
    public static bool TryEncrypt(SessionRecord record, ReadOnlySpan<byte> plaintext, long now, IBufferWriter<byte> output, out CiphertextKind kind)
    {
        if (plaintext.Length > MaxPlaintextSize)
            throw new ArgumentException($"A plaintext has at most {MaxPlaintextSize} bytes.", nameof(plaintext));
        kind = CiphertextKind.Whisper;
        if (record.Current is not { } state || !state.IsUsable(now) || state.Sender.Index == uint.MaxValue)
            return false;

        Span<byte> seed = stackalloc byte[Key32.Size];
        Span<byte> next = stackalloc byte[Key32.Size];
        Span<byte> room = stackalloc byte[MessageKeys.Size];
        var sender = state.Sender;
        RatchetKeys.Step(sender.ChainKey, seed, next);
        using var keys = new MessageKeys(seed, room);

        var ciphertextLength = AesCbc.CiphertextSize(plaintext.Length);
        var innerLength = SignalMessage.Size(sender.Index, state.PreviousCounter, ciphertextLength);
        var length = innerLength;
        Span<byte> inner;
        if (state.Pending is { } pending)
        {
            kind = CiphertextKind.PreKey;
            length = PreKeySignalMessage.Size(pending, state.LocalRegistrationId, innerLength);
            inner = PreKeySignalMessage.WriteFrame(output.GetSpan(length)[..length], pending, state.LocalRegistrationId, state.LocalIdentity, innerLength);
        }
        else
        {
            inner = output.GetSpan(length)[..length];
        }

        var ciphertext = SignalMessage.WriteFrame(inner, sender.RatchetKey.PublicKey, sender.Index, state.PreviousCounter, ciphertextLength);
        AesCbc.Encrypt(keys.CipherKey, keys.Iv, plaintext, ciphertext);
        keys.ComputeMac(state.SendingIdentities, inner[..^SignalMessage.MacSize], inner[^SignalMessage.MacSize..]);
        output.Advance(length);

        next.CopyTo(sender.ChainKey);
        sender.Index++;
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(next);
        return true;
    }

    /// <summary>Decrypts; see <see cref="Decrypt"/>.</summary>
    public static DecryptResult TryDecrypt(SessionRecord record, CiphertextKind kind, ReadOnlySpan<byte> message, IdentityKeyPair own, uint ownRegistrationId,
        X25519PublicKey? expectedRemoteIdentity, IPreKeySource preKeys, IRandom random, out byte[] plaintext)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(message.Length, 1));
        var result = Decrypt(record, kind, message, own, ownRegistrationId, expectedRemoteIdentity, preKeys, random, output);
        plaintext = output.WrittenSpan.ToArray();
        return result;
    }

    /// <summary>
    /// Decrypts a message of the current session, of an archived one, or one that makes a new session. On anything but
    /// <see cref="DecryptStatus.Ok"/> the record is as before and nothing was written to <paramref name="plaintext"/>.
    /// </summary>
    /// <param name="record">The record of the sender's device; an empty one for a sender never heard of.</param>
    /// <param name="kind">The form that was told beside the message.</param>
    /// <param name="message">The message.</param>
    /// <param name="own">Our identity.</param>
    /// <param name="ownRegistrationId">Our registration id.</param>
    /// <param name="expectedRemoteIdentity">The sender's identity when it is known; a message of any other is refused.</param>
    /// <param name="preKeys">Our prekeys, asked only for a message that makes a session.</param>
    /// <param name="random">Fresh ratchet keys come from it.</param>
    /// <param name="plaintext">What was said.</param>
    public static DecryptResult Decrypt(SessionRecord record, CiphertextKind kind, ReadOnlySpan<byte> message, IdentityKeyPair own, uint ownRegistrationId,
        X25519PublicKey? expectedRemoteIdentity, IPreKeySource preKeys, IRandom random, IBufferWriter<byte> plaintext)
    {
        var context = new SessionDecryption(record, expectedRemoteIdentity, random, plaintext);
        return kind switch
        {
            CiphertextKind.Whisper => context.DecryptWhisper(message),
            CiphertextKind.PreKey => context.DecryptPreKey(message, own, ownRegistrationId, preKeys),
            _ => new DecryptResult(DecryptStatus.InvalidMessage, default, null),
        };
    }
}
