using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>
/// One request on its way through somebody else, on the side that asks: seals it for the holder alone and opens what is answered, one answer after the other (docs/protocol/mailbox.md, "Passing
/// on"). For several threads, but seals once.
/// </summary>
/// <param name="holder">The static key of the holder, or of another one that passes it on.</param>
/// <param name="request">What is asked.</param>
/// <param name="random">The randomness.</param>
/// <param name="raised">So many steps longer it is than it must be.</param>
internal sealed class PassSeal(X25519PublicKey holder, MailboxRequest request, IRandom random, int raised = 0) : IDisposable
{
    /// <summary>Message 1 of the handshake with a key in it: e (32), the key (32), a tag (16).</summary>
    internal const int FirstSize = NoiseProtocol.PublicKeySize + ChaCha20Poly1305Aead.KeySize + NoiseProtocol.TagSize;

    /// <summary>Message 2 of the handshake: e (32), a tag (16).</summary>
    internal const int SecondSize = NoiseProtocol.PublicKeySize + NoiseProtocol.TagSize;

    private readonly Lock _gate = new(); // guards everything below
    private HandshakeState? _handshake;
    private PassCipher? _answers;
    private bool _isDisposed;

    internal static NoiseProtocol Protocol { get; } = NoiseProtocol.Parse("Noise_NK_25519_ChaChaPoly_SHA256");

    internal static ReadOnlySpan<byte> Prologue => "kith pass v1"u8;

    /// <summary>Seals the request.</summary>
    /// <exception cref="ObjectDisposedException">Nothing is wanted of it any more.</exception>
    public ReadOnlyMemory<byte> Seal()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _handshake = new HandshakeState(Protocol, initiator: true, Prologue, null, holder, null, random);
            Span<byte> key = stackalloc byte[ChaCha20Poly1305Aead.KeySize];
            random.Fill(key);
            var first = new byte[FirstSize];
            _handshake.WriteMessage(key, first);
            using var cipher = new PassCipher(key, _handshake.HandshakeHash);
            key.Clear();
            using var writer = new WireWriter();
            RequestFormat.Write(writer, 0, request, _handshake.HandshakeHash);
            return cipher.Seal(first, writer.WrittenSpan, PassPadding.Raise(PassPadding.SizeFor(writer.Length), raised));
        }
    }

    /// <summary>Opens the next answer; false when it is not the holder's, not the next, or cannot be read.</summary>
    public bool TryOpen(ReadOnlyMemory<byte> sealedAnswer, out MailboxAnswer? answer)
    {
        answer = null;
        lock (_gate)
        {
            if (_isDisposed || _handshake is null)
                return false;
            if (_answers is null)
            {
                if (sealedAnswer.Length < SecondSize || !_handshake.TryReadMessage(sealedAnswer.Span[..SecondSize], [], out _))
                    return false;
                var hash = _handshake.HandshakeHash.ToArray();
                var (send, receive) = _handshake.SplitSecrets();
                _answers = new PassCipher(receive.Value, hash);
                send.Dispose();
                receive.Dispose();
                sealedAnswer = sealedAnswer[SecondSize..];
            }

            return _answers.TryOpen(sealedAnswer.Span, out var frame) && AnswerFormat.TryRead(frame, out var number, out answer) && number == 0;
        }
    }

    /// <summary>Erases its keys.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _handshake?.Dispose();
            _answers?.Dispose();
        }
    }
}
