using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>A request that came through somebody else, on the side that it is sealed for: opened, and able to seal what is answered. For one thread at a time.</summary>
internal sealed class PassOpened : IDisposable
{
    private readonly PassCipher _cipher;
    private readonly int _least;
    private byte[] _before;

    private PassOpened(MailboxRequest request, int bytes, int padded, byte[] hash, byte[] before, PassCipher cipher)
    {
        (Request, Bytes, HandshakeHash, _before, _cipher) = (request, bytes, hash, before, cipher);
        _least = Math.Min(padded, PassPadding.LongestLeast);
    }

    /// <summary>What is asked: a HELLO, PUT, READ or DELETE, or a PASS of what is sealed for another one.</summary>
    public MailboxRequest Request { get; }

    /// <summary>Its bytes without seal and padding: what is small is treated as small, however it came.</summary>
    public int Bytes { get; }

    /// <summary>What a READ in it is signed for: the hash of the handshake after its first message.</summary>
    public ReadOnlyMemory<byte> HandshakeHash { get; }

    /// <summary>Opens a request; false when it is not for this key, or holds what cannot be passed on. Never throws.</summary>
    public static bool TryOpen(X25519PrivateKey key, ReadOnlyMemory<byte> sealedRequest, IRandom random, [NotNullWhen(true)] out PassOpened? opened)
    {
        opened = null;
        if (sealedRequest.Length < PassSeal.FirstSize)
            return false;
        using var handshake = new HandshakeState(PassSeal.Protocol, initiator: false, PassSeal.Prologue, key, null, null, random);
        Span<byte> bodyKey = stackalloc byte[ChaCha20Poly1305Aead.KeySize];
        if (!handshake.TryReadMessage(sealedRequest.Span[..PassSeal.FirstSize], bodyKey, out _))
            return false;
        var hash = handshake.HandshakeHash.ToArray();
        using var body = new PassCipher(bodyKey, hash);
        bodyKey.Clear();
        if (!body.TryOpen(sealedRequest.Span[PassSeal.FirstSize..], out var frame) || !RequestFormat.TryRead(frame, out var number, out var request)
            || number != 0 || request is not (HelloRequest or PutRequest or ReadRequest or DeleteRequest or PassRequest))
            return false;
        var before = new byte[PassSeal.SecondSize];
        handshake.WriteMessage([], before);
        var answered = handshake.HandshakeHash.ToArray();
        var (send, receive) = handshake.SplitSecrets();
        opened = new PassOpened(request, frame.Body.Length, sealedRequest.Length - PassSeal.FirstSize - ChaCha20Poly1305Aead.TagSize, hash, before, new PassCipher(send.Value, answered));
        send.Dispose();
        receive.Dispose();
        return true;
    }

    /// <summary>Seals the next answer.</summary>
    public ReadOnlyMemory<byte> Seal(MailboxAnswer answer)
    {
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, 0, answer);
        var before = _before;
        _before = [];
        return _cipher.Seal(before, writer.WrittenSpan, _least);
    }

    /// <summary>Erases its key.</summary>
    public void Dispose() => _cipher.Dispose();
}
