using Kith.Crypto;
using Kith.Wire;

namespace Kith.Messaging.Envelopes;

/// <summary>The envelope keys of one pair, one set for each direction, derived from its secret (docs/protocol/envelope.md). Keep one per contact: deriving costs some 10 µs.</summary>
public sealed class PairKeys : IDisposable
{
    private const int KeySize = 32;

    private readonly SecretBytes _send;
    private readonly SecretBytes _receive;

    private PairKeys(SecretBytes send, SecretBytes receive)
    {
        _send = send;
        _receive = receive;
    }

    private static ReadOnlySpan<byte> Label => "kith-envelope-pair-v1\0"u8;

    internal ReadOnlySpan<byte> SendKey => _send.Value[..KeySize];

    internal ReadOnlySpan<byte> SendHintKey => _send.Value[KeySize..];

    internal ReadOnlySpan<byte> ReceiveKey => _receive.Value[..KeySize];

    private ReadOnlySpan<byte> ReceiveHintKey => _receive.Value[KeySize..];

    /// <summary>Derives the keys of the pair of <paramref name="self"/> and <paramref name="peer"/>.</summary>
    public static PairKeys Derive(PairSecret secret, AccountId self, AccountId peer) => new(Direction(secret, self, peer), Direction(secret, peer, self));

    /// <summary>Whether an envelope bears this pair's hint: then, and only then, is it worth opening with these keys. Some 0.3 µs.</summary>
    public bool Matches(ReadOnlySpan<byte> envelope)
    {
        if (!EnvelopeFormat.HasForm(envelope))
            return false;
        Span<byte> hint = stackalloc byte[EnvelopeFormat.HintSize];
        WriteHint(ReceiveHintKey, envelope.Slice(1, EnvelopeFormat.NonceSize), hint);
        return ConstantTime.Equals(hint, envelope.Slice(1 + EnvelopeFormat.NonceSize, EnvelopeFormat.HintSize));
    }

    internal static void WriteHint(ReadOnlySpan<byte> hintKey, ReadOnlySpan<byte> nonce, Span<byte> hint)
    {
        Span<byte> hash = stackalloc byte[Blake2b.MinHashSize];
        Blake2b.Hash(hintKey, nonce, hash);
        hash[..EnvelopeFormat.HintSize].CopyTo(hint);
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _send.Dispose();
        _receive.Dispose();
    }

    private static SecretBytes Direction(PairSecret secret, AccountId from, AccountId to)
    {
        var info = new byte[Label.Length + (2 * AccountId.Size)];
        Label.CopyTo(info);
        from.CopyTo(info.AsSpan(Label.Length));
        to.CopyTo(info.AsSpan(Label.Length + AccountId.Size));
        return SecretBytes.Create(2 * KeySize, (secret, info), static (keys, state) => Hkdf.DeriveKey(state.secret.Value, [], state.info, keys));
    }
}
