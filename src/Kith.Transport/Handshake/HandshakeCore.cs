using System.Buffers.Binary;
using System.Text;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Handshake;

/// <summary>
/// One side of a handshake (docs/protocol/session.md, "Handshake"), without any I/O: <see cref="Output"/> is what to send,
/// <see cref="Receive"/> takes what came. It ends with <see cref="Keys"/> or with <see cref="Failure"/>; on failure the output may still hold a
/// refusal that the other side should get. Inside a swarm a responder answers nobody who has not proved the swarm's key: the output stays empty.
/// </summary>
internal sealed class HandshakeCore : IDisposable
{
    private readonly TransportIdentity _identity;
    private readonly SessionParameters _parameters;
    private readonly bool _isInitiator;
    private readonly WireWriter _output = new();
    private readonly byte[] _payload = new byte[HandshakeLimits.MaxMessage];
    private HandshakeState? _noise;
    private HandshakePattern? _pattern;
    private SessionParameters? _remoteParameters;
    private bool _prefaceDone;
    private bool _answered;

    private HandshakeCore(TransportIdentity identity, SessionParameters parameters, bool isInitiator)
    {
        _identity = identity;
        _parameters = parameters;
        _isInitiator = isInitiator;
    }

    /// <summary>What to send now; cleared with <see cref="OutputSent"/>.</summary>
    public ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    /// <summary>The result, once the handshake is done.</summary>
    public SessionKeys? Keys { get; private set; }

    /// <summary>Why it came to nothing.</summary>
    public SessionClose? Failure { get; private set; }

    /// <summary>Neither done nor failed.</summary>
    public bool IsUnderWay => Keys is null && Failure is null;

    /// <summary>Begins as the side that calls; with a remote key nobody else can answer.</summary>
    public static HandshakeCore Initiate(TransportIdentity identity, X25519PublicKey? remoteKey, SessionParameters parameters)
    {
        var core = new HandshakeCore(identity, parameters, isInitiator: true);
        core._pattern = HandshakePattern.Choose(remoteKey is not null, identity.SwarmKey is not null);
        var preface = new Preface(Preface.CurrentVersion, core._pattern.Id);
        core._noise = core.CreateNoise(preface, remoteKey);
        core._output.WriteBytes(preface.ToArray());
        core.WriteMessage();
        return core;
    }

    /// <summary>Begins as the side that is called.</summary>
    public static HandshakeCore Respond(TransportIdentity identity, SessionParameters parameters) => new(identity, parameters, isInitiator: false);

    /// <summary>The output has been sent.</summary>
    public void OutputSent() => _output.Clear();

    /// <summary>Takes the next whole piece from the start of the bytes; returns its size, 0 when it is not there whole yet or the handshake is over.</summary>
    public int Receive(ReadOnlySpan<byte> bytes)
    {
        if (!IsUnderWay)
            return 0;
        return _prefaceDone ? ReceiveMessage(bytes) : ReceivePreface(bytes);
    }

    public void Dispose()
    {
        _noise?.Dispose();
        _output.Dispose();
    }

    private int ReceivePreface(ReadOnlySpan<byte> bytes)
    {
        if (!Preface.CanStartWith(bytes))
        {
            Fail(SessionErrorCode.NotKith, "the other side does not speak this protocol");
            return 0;
        }

        if (bytes.Length < Preface.Size)
            return 0;
        Preface.TryRead(bytes[..Preface.Size], out var preface);
        if (_isInitiator)
            TakeAnswer(preface);
        else
            TakeCall(preface);
        _prefaceDone = true;
        return Preface.Size;
    }

    private void TakeAnswer(Preface answer)
    {
        if (answer.Last == 0 && answer.Version == Preface.CurrentVersion)
            return;
        var code = answer.Last == 0 ? SessionErrorCode.VersionMismatch : (SessionErrorCode)answer.Last;
        var reason = code switch
        {
            SessionErrorCode.VersionMismatch =>
                $"the other node speaks version {answer.Version} of the session protocol, this one version {Preface.CurrentVersion}",
            SessionErrorCode.WrongKey => "the node at this address is not the one that was meant",
            SessionErrorCode.PatternRefused => "the other node does not take this handshake: one of the two belongs to a private swarm",
            _ => "the other node refused the handshake",
        };
        Failure = new SessionClose(code, ByRemote: true, reason);
    }

    private void TakeCall(Preface call)
    {
        _pattern = HandshakePattern.Find(call.Last);
        if (call.Version != Preface.CurrentVersion)
            Refuse(SessionErrorCode.VersionMismatch, $"the other node speaks version {call.Version}, this one version {Preface.CurrentVersion}");
        else if (_pattern is null || _pattern.IsSwarm != _identity.SwarmKey is not null)
            Refuse(SessionErrorCode.PatternRefused, "the other node asked for a handshake that this one does not take");
        else
            _noise = CreateNoise(call, remoteKey: null);
    }

    private int ReceiveMessage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HandshakeLimits.PrefixSize)
            return 0;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (length > HandshakeLimits.MaxMessage)
        {
            Refuse(SessionErrorCode.HandshakeTooLarge, "a handshake message is too long");
            return 0;
        }

        var size = HandshakeLimits.PrefixSize + length;
        if (bytes.Length < size)
            return 0;
        TakeMessage(bytes[HandshakeLimits.PrefixSize..size]);
        return size;
    }

    private void TakeMessage(ReadOnlySpan<byte> message)
    {
        if (!_noise!.TryReadMessage(message, _payload, out var written))
        {
            // In IK only the node whose key was meant can read the first message.
            var meantAnother = !_isInitiator && _pattern!.KnowsResponder;
            Refuse(
                meantAnother ? SessionErrorCode.WrongKey : SessionErrorCode.HandshakeFailed,
                meantAnother ? "the handshake was meant for another node" : "a handshake message does not verify");
            return;
        }

        if (written > 0 && (_remoteParameters is not null || !SessionParameters.TryParse(_payload.AsSpan(0, written), out _remoteParameters)))
        {
            Refuse(SessionErrorCode.HandshakeFailed, "a handshake message has a payload that cannot be read");
            return;
        }

        if (!_isInitiator && !_answered)
        {
            _answered = true;
            new Preface(Preface.CurrentVersion, 0).Write(TakeOutput(Preface.Size));
        }

        if (_noise.IsMyTurn)
            WriteMessage();
        if (_noise.IsFinished)
            Finish();
    }

    // Parameters go into the first own message whose payload only the other node can read: in IK the first, in XX the second and third.
    private void WriteMessage()
    {
        var isFirst = !_prefaceDone;
        var payload = isFirst && !_pattern!.KnowsResponder ? [] : _parameters.ToArray();
        var size = payload.Length + _noise!.NextMessageOverhead;
        var destination = TakeOutput(HandshakeLimits.PrefixSize + size);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)size);
        _noise.WriteMessage(payload, destination[HandshakeLimits.PrefixSize..]);
    }

    private void Finish()
    {
        if (_remoteParameters is null)
        {
            Fail(SessionErrorCode.HandshakeFailed, "the other side did not say what it allows");
            return;
        }

        var remoteKey = _noise!.RemoteStatic!.Value;
        var hash = _noise.HandshakeHash.ToArray();
        var (send, receive) = _noise.Split();
        Keys = new SessionKeys(
            _isInitiator, remoteKey, new RecordProtection(send), new RecordProtection(receive), _parameters, _remoteParameters)
        {
            HandshakeHash = hash,
        };
    }

    private HandshakeState CreateNoise(Preface preface, X25519PublicKey? remoteKey)
    {
        // The prologue binds the version and the pattern that were asked for in the clear.
        byte[] prologue = [.. Encoding.ASCII.GetBytes("kith session"), .. preface.ToArray()];
        return new HandshakeState(_pattern!.Protocol, _isInitiator, prologue, _identity.StaticKey, remoteKey, _identity.SwarmKey, _identity.Random);
    }

    // A responder tells a caller outside any swarm what is wrong, unless it has answered already: then there is no place for it, and the caller
    // sees the connection close.
    private void Refuse(SessionErrorCode code, string reason)
    {
        if (!_isInitiator && !_answered && _identity.SwarmKey is null)
            new Preface(Preface.CurrentVersion, (byte)code).Write(TakeOutput(Preface.Size));
        Fail(code, reason);
    }

    private void Fail(SessionErrorCode code, string reason) => Failure = new SessionClose(code, ByRemote: false, reason);

    private Span<byte> TakeOutput(int size)
    {
        var span = _output.GetSpan(size)[..size];
        _output.Advance(size);
        return span;
    }
}
