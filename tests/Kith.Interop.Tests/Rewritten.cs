using Kith.Messaging.Signal;

namespace Kith.Interop.Tests;

/// <summary>A message of the reference client, parsed and written again with our writers: the same bytes, or our writing differs from theirs.</summary>
internal static class Rewritten
{
    public static byte[] PreKey(byte[] bytes)
    {
        Assert.Equal(DecryptStatus.Ok, PreKeySignalMessage.TryParse(bytes, out var message));
        var pending = new PendingPreKey(message.PreKeyId, message.SignedPreKeyId, message.KyberPreKeyId, message.BaseKey,
            message.KyberCiphertext.ToArray(), 0);
        var written = new byte[PreKeySignalMessage.Size(pending, message.RegistrationId, message.Message.Length)];
        var inner = PreKeySignalMessage.WriteFrame(written, pending, message.RegistrationId, message.IdentityKey, message.Message.Length);
        message.Message.CopyTo(inner);
        Assert.Equal(message.Message[..^SignalMessage.MacSize].ToArray(), Whisper(message.Message.ToArray(), previousCounter: 0));
        return written;
    }

    /// <summary>All but the MAC.</summary>
    public static byte[] Whisper(byte[] bytes, uint previousCounter)
    {
        Assert.Equal(DecryptStatus.Ok, SignalMessage.TryParse(bytes, out var message));
        var written = new byte[SignalMessage.Size(message.Counter, previousCounter, message.Ciphertext.Length)];
        var ciphertext = SignalMessage.WriteFrame(written, message.RatchetKey, message.Counter, previousCounter, message.Ciphertext.Length);
        message.Ciphertext.CopyTo(ciphertext);
        return written[..^SignalMessage.MacSize];
    }
}
