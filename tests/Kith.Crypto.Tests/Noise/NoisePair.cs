using Kith.Crypto.Noise;

namespace Kith.Crypto.Tests.Noise;

/// <summary>Two sides of one handshake in memory, from one seed.</summary>
internal sealed class NoisePair
{
    public NoisePair(string name, ulong seed, byte[]? responderPrologue = null, byte responderPsk = 1)
    {
        Protocol = NoiseProtocol.Parse(name);
        var random = new SeededRandom(seed);
        InitiatorKey = X25519PrivateKey.Generate(random);
        ResponderKey = X25519PrivateKey.Generate(random);
        Initiator = Side(true, [1, 2], 1, random);
        Responder = Side(false, responderPrologue ?? [1, 2], responderPsk, random);
    }

    public NoiseProtocol Protocol { get; }

    public X25519PrivateKey InitiatorKey { get; }

    public X25519PrivateKey ResponderKey { get; }

    public HandshakeState Initiator { get; }

    public HandshakeState Responder { get; }

    /// <summary>Runs all messages through <paramref name="wire"/>; returns the side that failed, or else the last reader.</summary>
    public HandshakeState Run(Func<int, byte[], byte[]>? wire = null)
    {
        var (writer, reader) = (Initiator, Responder);
        for (var i = 0; i < Protocol.MessageCount; i++)
        {
            var message = new byte[writer.NextMessageOverhead + 5];
            writer.WriteMessage("hello"u8, message);
            message = wire is null ? message : wire(i, message);
            if (!reader.TryReadMessage(message, new byte[65535], out _))
                return reader;
            (writer, reader) = (reader, writer);
        }
        return reader;
    }

    public static void Exchange(CipherState send, CipherState receive)
    {
        var (message, read) = (new byte[21], new byte[5]);
        Assert.Equal(21, send.EncryptWithAd("ad"u8, "hello"u8, message));
        Assert.True(receive.TryDecryptWithAd("ad"u8, message, read, out var written));
        Assert.Equal(5, written);
        Assert.True("hello"u8.SequenceEqual(read));
    }

    private HandshakeState Side(bool initiator, byte[] prologue, byte psk, SeededRandom random)
    {
        var (own, other) = initiator ? (InitiatorKey, ResponderKey) : (ResponderKey, InitiatorKey);
        var secret = new byte[32];
        secret[0] = psk;
        return new HandshakeState(Protocol, initiator, prologue, Protocol.Pattern.NeedsStatic(initiator) ? own : null,
            Protocol.Pattern.NeedsRemoteStatic(initiator) ? other.PublicKey : null,
            Enumerable.Range(0, Protocol.PskCount).Select(_ => new SecretBytes(secret)).ToArray(), random, ephemeral: null);
    }
}
