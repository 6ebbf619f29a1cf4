using System.Security.Cryptography;

namespace Kith.Crypto.Noise;

/// <summary>
/// A Noise handshake (§5.3) without any input or output of its own: the two sides take turns at <see cref="WriteMessage"/> and
/// <see cref="TryReadMessage"/> until <see cref="IsFinished"/>, then <see cref="Split"/>. A message that is refused ends the
/// handshake for good. Not for use by two threads at once.
/// </summary>
public sealed class HandshakeState : IDisposable
{
    private readonly SymmetricState _symmetric;
    private readonly NoisePattern _pattern;
    private readonly bool _initiator;
    private readonly bool _usesPsk;
    private readonly X25519PrivateKey? _static; // the caller's: not disposed here
    private readonly IReadOnlyList<SecretBytes> _psks; // the caller's
    private readonly IRandom _random;
    private X25519PrivateKey? _ephemeral;
    private X25519PublicKey? _remoteStatic;
    private X25519PublicKey? _remoteEphemeral;
    private int _message;
    private int _psksUsed;
    private bool _ended; // failed, split or disposed

    /// <summary>Starts a handshake (Initialize of §5.3).</summary>
    /// <param name="protocol">Which one.</param>
    /// <param name="initiator">Whether this side writes the first message.</param>
    /// <param name="prologue">What both sides have to agree on beforehand; any size.</param>
    /// <param name="s">The own static key, where the pattern has one; it stays the caller's and has to live as long.</param>
    /// <param name="rs">The other side's static key, where the pattern takes it as known.</param>
    /// <param name="psk">The 32-byte pre-shared key, where there is one; it stays the caller's.</param>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <exception cref="ArgumentException">A key that the pattern needs is missing, or one is given that it has no place for.</exception>
    public HandshakeState(NoiseProtocol protocol, bool initiator, ReadOnlySpan<byte> prologue, X25519PrivateKey? s, X25519PublicKey? rs,
        SecretBytes? psk, IRandom random)
        : this(protocol, initiator, prologue, s, rs, psk is null ? [] : [psk], random, ephemeral: null)
    {
    }

    /// <summary>With several pre-shared keys and, for test vectors, a given ephemeral key (it is disposed with the handshake).</summary>
    internal HandshakeState(NoiseProtocol protocol, bool initiator, ReadOnlySpan<byte> prologue, X25519PrivateKey? s, X25519PublicKey? rs,
        IReadOnlyList<SecretBytes> psks, IRandom random, X25519PrivateKey? ephemeral)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(random);
        _pattern = protocol.Pattern;
        Require(_pattern.NeedsStatic(initiator), s is not null, nameof(s));
        Require(_pattern.NeedsRemoteStatic(initiator), rs is not null, nameof(rs));
        if (psks.Count != protocol.PskCount)
            throw new ArgumentException($"{protocol} takes {protocol.PskCount} pre-shared keys, not {psks.Count}", nameof(psks));
        foreach (var psk in psks)
            Misuse.ThrowUnlessSize(psk.Length, NoiseProtocol.PskSize, nameof(psks));
        (_initiator, _usesPsk, _static, _remoteStatic, _psks, _random, _ephemeral) =
            (initiator, psks.Count > 0, s, rs, psks, random, ephemeral);

        _symmetric = new SymmetricState(protocol);
        _symmetric.MixHash(prologue);
        // Pre-messages, the initiator's first.
        if (_pattern.KnowsInitiator)
            MixPublicKey(initiator ? s!.PublicKey : rs!.Value);
        if (_pattern.KnowsResponder)
            MixPublicKey(initiator ? rs!.Value : s!.PublicKey);
    }

    private HandshakeState(HandshakeState other)
    {
        (_pattern, _initiator, _usesPsk, _static, _psks, _random) =
            (other._pattern, other._initiator, other._usesPsk, other._static, other._psks, other._random);
        (_remoteStatic, _remoteEphemeral, _message, _psksUsed, _ended) =
            (other._remoteStatic, other._remoteEphemeral, other._message, other._psksUsed, other._ended);
        HasFailed = other.HasFailed;
        _symmetric = other._symmetric.Fork();
        if (other._ephemeral is { } ephemeral && !other._ended)
            _ephemeral = X25519PrivateKey.FromBytes(ephemeral.Value);
    }

    /// <summary>Whether all messages went through.</summary>
    public bool IsFinished => !HasFailed && _message == _pattern.Messages.Length;

    /// <summary>Whether a message was refused: nothing more can come of this handshake.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether the next message is this side's to write.</summary>
    public bool IsMyTurn => !_ended && _message < _pattern.Messages.Length && _message % 2 == 0 == _initiator;

    /// <summary>The other side's static key, given or received. It is proved to be theirs only once the handshake is finished.</summary>
    public X25519PublicKey? RemoteStatic => _remoteStatic;

    /// <summary>The hash of the whole transcript (§11.2): binds something else to this channel once the handshake is finished.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _symmetric.HandshakeHash;

    /// <summary>How many bytes the next message, of either side, has besides its payload.</summary>
    public int NextMessageOverhead
    {
        get
        {
            if (_message == _pattern.Messages.Length)
                return 0;
            var (size, hasKey) = (0, _symmetric.HasKey);
            foreach (var token in _pattern.Messages[_message])
            {
                if (token is NoiseToken.E or NoiseToken.S)
                    size += NoiseProtocol.PublicKeySize;
                if (token is NoiseToken.S && hasKey)
                    size += NoiseProtocol.TagSize;
                hasKey |= token is not (NoiseToken.E or NoiseToken.S) || (token is NoiseToken.E && _usesPsk);
            }
            return size + (hasKey ? NoiseProtocol.TagSize : 0);
        }
    }

    /// <summary>Writes the next message with a payload into the start of <paramref name="destination"/>; returns its size.</summary>
    /// <exception cref="InvalidOperationException">It is the other side's turn, or the handshake is over.</exception>
    /// <exception cref="ArgumentException">The destination is too short, or the message would exceed 65,535 bytes.</exception>
    public int WriteMessage(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        if (!IsMyTurn)
            throw new InvalidOperationException("it is not this side's turn to write a handshake message");
        var overhead = NextMessageOverhead;
        Misuse.ThrowUnlessWithin(payload.Length, 0, NoiseProtocol.MaxMessageSize - overhead, nameof(payload));
        Misuse.ThrowUnlessWithin(destination.Length, payload.Length + overhead, int.MaxValue, nameof(destination));

        var offset = 0;
        Span<byte> key = stackalloc byte[NoiseProtocol.PublicKeySize];
        foreach (var token in _pattern.Messages[_message])
        {
            switch (token)
            {
                case NoiseToken.E:
                    _ephemeral ??= X25519PrivateKey.Generate(_random);
                    _ephemeral.PublicKey.CopyTo(key);
                    key.CopyTo(destination[offset..]);
                    MixEphemeral(key);
                    offset += NoiseProtocol.PublicKeySize;
                    break;
                case NoiseToken.S:
                    _static!.PublicKey.CopyTo(key);
                    offset += _symmetric.EncryptAndHash(key, destination[offset..]);
                    break;
                default:
                    MixSecret(token);
                    break;
            }
        }
        offset += _symmetric.EncryptAndHash(payload, destination[offset..]);
        _message++;
        return offset;
    }

    /// <summary>
    /// Reads the other side's next message and writes its payload into the start of <paramref name="destination"/>. False, and
    /// the handshake is dead, when it is not authentic, has a wrong size, bears a key of small order, or comes out of turn.
    /// </summary>
    /// <exception cref="ArgumentException">The destination is shorter than the payload, which is never longer than the message.</exception>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> destination, out int written)
    {
        written = 0;
        if (_ended)
            return false;
        if (IsMyTurn || IsFinished)
            return Fail();
        var overhead = NextMessageOverhead;
        if (message.Length < overhead || message.Length > NoiseProtocol.MaxMessageSize)
            return Fail();
        Misuse.ThrowUnlessWithin(destination.Length, message.Length - overhead, int.MaxValue, nameof(destination));

        foreach (var token in _pattern.Messages[_message])
        {
            if (!TryReadToken(token, ref message))
                return Fail();
        }
        if (!_symmetric.TryDecryptAndHash(message, destination, out written))
            return Fail();
        _message++;
        return true;
    }

    /// <summary>
    /// The two directions (§5.2). The handshake's own secrets are erased; its hash and the remote key stay. In a one-way pattern
    /// only the initiator's sending direction may be used (§7.4).
    /// </summary>
    /// <exception cref="InvalidOperationException">The handshake is not finished, or was split already.</exception>
    public (CipherState Send, CipherState Receive) Split()
    {
        if (!IsFinished || _ended)
            throw new InvalidOperationException("only a finished handshake can be split, and once");
        var (first, second) = _symmetric.Split();
        Dispose();
        return _initiator ? (first, second) : (second, first);
    }

    /// <summary>
    /// As <see cref="Split"/>, but the two 32-byte outputs themselves, for carriers that derive keys of their own from them (packets that come in
    /// any order need one for their headers too). They are the caller's; the other method cannot be used as well.
    /// </summary>
    /// <exception cref="InvalidOperationException">The handshake is not finished, or was split already.</exception>
    public (SecretBytes Send, SecretBytes Receive) SplitSecrets()
    {
        if (!IsFinished || _ended)
            throw new InvalidOperationException("only a finished handshake can be split, and once");
        var (first, second) = _symmetric.SplitSecrets();
        Dispose();
        return _initiator ? (first, second) : (second, first);
    }

    /// <summary>
    /// A copy at the same place. Where messages travel in datagrams anybody can send one that does not verify: it is tried on a copy, and the
    /// handshake goes on from the one that did. Dispose both. Never write the same message from both.
    /// </summary>
    public HandshakeState Fork() => new(this);

    /// <summary>Erases the handshake's secrets.</summary>
    public void Dispose()
    {
        _ended = true;
        _ephemeral?.Dispose();
        _symmetric.Dispose();
    }

    private bool TryReadToken(NoiseToken token, ref ReadOnlySpan<byte> message)
    {
        switch (token)
        {
            case NoiseToken.E:
                var ephemeral = message[..NoiseProtocol.PublicKeySize];
                message = message[NoiseProtocol.PublicKeySize..];
                MixEphemeral(ephemeral);
                return TryAccept(ephemeral, out _remoteEphemeral);
            case NoiseToken.S:
                var size = NoiseProtocol.PublicKeySize + (_symmetric.HasKey ? NoiseProtocol.TagSize : 0);
                Span<byte> key = stackalloc byte[NoiseProtocol.PublicKeySize];
                var ok = _symmetric.TryDecryptAndHash(message[..size], key, out _) && TryAccept(key, out _remoteStatic);
                message = message[size..];
                return ok;
            default:
                MixSecret(token);
                return true;
        }
    }

    // §12.1 lets an implementation refuse what gives an all-zero secret. Here it is refused on arrival, so that no peer can make a later write fail.
    private static bool TryAccept(ReadOnlySpan<byte> bytes, out X25519PublicKey? key)
    {
        key = X25519PublicKey.TryParse(bytes, out var parsed) && !parsed.HasSmallOrder ? parsed : null;
        return key is not null;
    }

    private void MixEphemeral(ReadOnlySpan<byte> publicKey)
    {
        _symmetric.MixHash(publicKey);
        // §9.2: with a psk in play every ephemeral key also goes into the key, so that the nonces never repeat under it.
        if (_usesPsk)
            _symmetric.MixKey(publicKey);
    }

    private void MixPublicKey(X25519PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[NoiseProtocol.PublicKeySize];
        key.CopyTo(bytes);
        _symmetric.MixHash(bytes);
    }

    private void MixSecret(NoiseToken token)
    {
        if (token == NoiseToken.Psk)
        {
            _symmetric.MixKeyAndHash(_psks[_psksUsed++].Value);
            return;
        }
        // The first letter is the initiator's key, the second the responder's.
        var (local, remote) = token switch
        {
            NoiseToken.EE => (_ephemeral, _remoteEphemeral),
            NoiseToken.SS => (_static, _remoteStatic),
            NoiseToken.ES => _initiator ? (_ephemeral, _remoteStatic) : (_static, _remoteEphemeral),
            _ => _initiator ? (_static, _remoteEphemeral) : (_ephemeral, _remoteStatic),
        };
        Span<byte> shared = stackalloc byte[X25519PrivateKey.SharedSize];
        // False means a static key of small order that the caller took as known: the secret is zeroes then, as §12.1 has it.
        _ = local!.TryAgree(remote!.Value, shared);
        _symmetric.MixKey(shared);
        CryptographicOperations.ZeroMemory(shared);
    }

    private bool Fail()
    {
        HasFailed = true;
        Dispose();
        return false;
    }

    private static void Require(bool needed, bool given, string parameter)
    {
        if (needed && !given)
            throw new ArgumentException("this handshake pattern needs the key", parameter);
        if (!needed && given)
            throw new ArgumentException("this handshake pattern has no place for the key", parameter);
    }
}
