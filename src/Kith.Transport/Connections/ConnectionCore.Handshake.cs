using System.Text;
using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Transport.Handshake;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// The handshake. The initiator's one Initial goes to every candidate until a Response verifies; in XX a Final goes with every datagram until the responder has
/// shown that it has the keys. The responder's one Response answers every copy of the Initial, and it is no session before an authentic packet came.
/// </summary>
internal sealed partial class ConnectionCore
{
    private readonly LocalIds _ids;
    private readonly ConnectionParameters _localParameters;
    private readonly List<DialCandidate> _candidates = [];

    private HandshakeState? _noise;
    private HandshakeMacs? _macs;
    private byte[] _initial = []; // the initiator's datagram, without its second MAC
    private byte[] _response = []; // the responder's
    private byte[]? _final; // to be sent with every datagram
    private Admission.Place? _place;
    private TimeSpan _handshakeDeadline;
    private TimeSpan? _refusedEnd;
    private int _forged;
    private Endpoint _answered; // where the Response went
    private TimeSpan _answeredAt;
    private bool _answeredSeveral;
    private ulong _initialId; // the initiator's, at the responder: with the message's first bytes it tells a copy of an Initial
    private byte[] _initialEphemeral = [];

    /// <summary>The initiator's id, by which the responder's table finds copies of the Initial.</summary>
    public ulong InitialId => _initialId;

    /// <summary>Begins a call. It goes nowhere before the first <see cref="Try"/>.</summary>
    public static ConnectionCore Initiate(
        ConnectionTable table, TransportIdentity identity, ConnectionOptions options, X25519PublicKey? remoteKey, TimeSpan now)
    {
        var core = new ConnectionCore(table, identity, options, isInitiator: true, now);
        var pattern = HandshakePattern.Choose(remoteKey is not null, identity.SwarmKey is not null);
        core._macs = new HandshakeMacs(remoteKey, identity.SwarmKey);
        core._handshakeDeadline = now + options.HandshakeTimeout;
        core._initial = new byte[ConnectionLimits.MinInitialDatagram];
        // The prologue binds what is asked for in the clear; the message's size is known from the pattern.
        _ = InitialPacket.WriteHeader(core._initial, pattern.Id, core._ids.First, 0);
        core._noise = core.CreateNoise(pattern, InitialPacket.BoundPart(core._initial), remoteKey);
        var payload = pattern.KnowsResponder ? core._localParameters.ToArray() : [];
        var size = payload.Length + core._noise.NextMessageOverhead;
        var at = InitialPacket.WriteHeader(core._initial, pattern.Id, core._ids.First, size);
        core._noise.WriteMessage(payload, core._initial.AsSpan(at));
        core._macs.WriteFirst(core._initial);
        return core;
    }

    /// <summary>
    /// Answers an Initial whose MACs are good; null when its Noise message does not verify. <paramref name="place"/> is the connection's from then on.
    /// </summary>
    public static ConnectionCore? Respond(
        ConnectionTable table, TransportIdentity identity, ConnectionOptions options, in InitialPacket initial, ReadOnlySpan<byte> datagram,
        Endpoint from, Admission.Place place, TimeSpan now)
    {
        var pattern = HandshakePattern.Find(initial.Pattern)!;
        var core = new ConnectionCore(table, identity, options, isInitiator: false, now)
        {
            State = ConnectionState.HalfOpen,
            _handshakeDeadline = now + options.HandshakeTimeout,
            _answered = from,
            _answeredAt = now,
            _initialId = initial.SourceId,
        };
        core._noise = core.CreateNoise(pattern, InitialPacket.BoundPart(datagram), remoteKey: null);
        Span<byte> payload = stackalloc byte[HandshakeLimits.MaxMessage];
        if (!core._noise.TryReadMessage(initial.Message, payload, out var written)
            || (pattern.KnowsResponder ? !core.TakeParameters(payload[..written], initial.SourceId) : written != 0))
        {
            core.Dispose();
            return null;
        }

        core._place = place;
        core._initialEphemeral = initial.Message[..NoiseProtocol.PublicKeySize].ToArray();
        core._remoteIds.Add(new RemoteId(0, initial.SourceId, core._remoteParameters?.ResetToken ?? default));
        core.WriteResponse();
        if (core._noise.IsFinished)
            core.TakeKeys(now);
        return core;
    }

    /// <summary>Whether an Initial is a copy of the one that began this.</summary>
    public bool IsCopy(in InitialPacket initial) =>
        initial.SourceId == _initialId && initial.Message.Length >= _initialEphemeral.Length && initial.Message.StartsWith(_initialEphemeral);

    /// <summary>The Response again, for a copy of the Initial (it is much smaller than that); 0 when the connection is past it.</summary>
    public int RepeatResponse(Endpoint to, Span<byte> destination)
    {
        // Under the table's lock, not the connection's: what is read here is read once.
        var response = Volatile.Read(ref _response);
        if (to != _answered)
            Volatile.Write(ref _answeredSeveral, true);
        response.CopyTo(destination);
        return response.Length;
    }

    /// <summary>Sends the Initial there too, from now on and until one answers; on an open connection, a probe. Nothing when there are too many.</summary>
    public void Try(TimeSpan now, Endpoint candidate)
    {
        if (State == ConnectionState.Open)
            Probe(now, candidate);
        if (State != ConnectionState.Connecting || _candidates.Count >= ConnectionLimits.MaxCandidates || FindCandidate(candidate) is not null)
            return;
        _candidates.Add(new DialCandidate(candidate, now));
        _handshakeDeadline = now + _options.HandshakeTimeout;
        _refusedEnd = null;
    }

    /// <summary>
    /// The machine at a candidate says that nobody is at its port. Anybody can forge that who knows both ports, so it ends no more than a call that nothing has come of yet, and that only where it is so of all
    /// candidates; a connection that is open never hears of it, nor a candidate that has asked for a cookie: somebody is there.
    /// </summary>
    public void NobodyAt(TimeSpan now, Endpoint candidate)
    {
        if (State != ConnectionState.Connecting || FindCandidate(candidate) is not { Sent: > 0, IsHopeless: false, Cookie: null } empty)
            return;
        empty.IsEmpty = true;
        EndSoonIfHopeless(now);
    }

    private int WriteInitial(TimeSpan now, Span<byte> destination, out Endpoint to, out int segmentSize)
    {
        (to, segmentSize) = (default, 0);
        foreach (var candidate in _candidates)
        {
            if (candidate.Refusal is not null || now < candidate.NextSend)
                continue;
            // Wait, wait twice as long, a quarter more or less: many dials begun at once do not stay in step.
            candidate.NextSend = now + (candidate.Wait * (0.75 + (_identity.Random.NextInt32(1 << 10) / 2048.0)));
            candidate.Wait = Min(2 * candidate.Wait, ConnectionLimits.LongestResend);
            candidate.LastSent = now;
            if (candidate.Sent++ == 0)
                candidate.FirstSent = now;
            var datagram = destination[.._initial.Length];
            _initial.CopyTo(datagram);
            if (candidate.Cookie is { } cookie)
                Cookies.Sign(cookie, datagram);
            to = candidate.Endpoint;
            segmentSize = datagram.Length;
            return datagram.Length;
        }

        return 0;
    }

    private void ReceiveLong(TimeSpan now, Endpoint from, Span<byte> datagram, ConnectionEffects effects)
    {
        switch ((LongPacketType)datagram[0])
        {
            case LongPacketType.Response when State == ConnectionState.Connecting:
                ReceiveResponse(now, from, datagram, effects);
                break;
            case LongPacketType.Cookie when State == ConnectionState.Connecting:
                ReceiveCookie(now, from, datagram);
                break;
            case LongPacketType.Refusal when State == ConnectionState.Connecting:
                ReceiveRefusal(now, from, datagram);
                break;
            case LongPacketType.Final when !IsInitiator:
                if (!FinalPacket.TryRead(datagram, out var message, out var size))
                    break;
                if (_sealer is null)
                    ReceiveFinal(now, message);
                if (size < datagram.Length && ShortHeader.Is(datagram[size]))
                    ReceivePacket(now, from, datagram[size..], datagram.Length, effects);
                break;
        }
    }

    private void ReceiveResponse(TimeSpan now, Endpoint from, ReadOnlySpan<byte> datagram, ConnectionEffects effects)
    {
        if (!ResponsePacket.TryRead(datagram, out var response) || _forged >= ConnectionLimits.MaxForgedMessages)
            return;
        Span<byte> payload = stackalloc byte[HandshakeLimits.MaxMessage];
        if (!TryReadOnCopy(response.Message, payload, response.SourceId))
        {
            _forged++;
            _table.Counters.Refused(SessionErrorCode.HandshakeFailed);
            return;
        }

        _remoteIds.Add(new RemoteId(0, response.SourceId, _remoteParameters!.ResetToken));
        if (_noise!.IsMyTurn)
            WriteFinal(response.SourceId);
        TakeKeys(now);
        var path = AddPath(from)!;
        var candidate = FindCandidate(from);
        // An address that this side did not name (a NAT's other port, or somebody's invention) has to prove itself. A Final cannot ride on a challenge: in
        // XX, where no address comes from a contact, it is taken.
        path.IsValidated = candidate is not null || _final is not null;
        path.BytesReceived = datagram.Length;
        path.LastReceived = now;
        if (!path.IsValidated)
            path.StartProbing(now);
        _active = path;
        // Karn: the answer to an Initial that was sent twice says no more of the round trip than how long it is at most.
        if (candidate is { Sent: 1 })
            path.Recovery.Sample(now, candidate.LastSent, TimeSpan.Zero);
        else if (candidate is not null)
            path.Recovery.Assume(now, candidate.FirstSent);
        _candidates.Clear();
        State = ConnectionState.Open;
        _lastReceived = now;
        _pingDue = true; // the responder has a session once it has a packet
        effects.Established = true;
        OfferIds();
        Watch(_remoteParameters.ResetToken);
    }

    private void ReceiveCookie(TimeSpan now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        var cookie = new byte[Cookies.Size];
        // Answered only for a candidate that is waiting, and once an Initial: nobody can make this side send more.
        if (FindCandidate(from) is not { Refusal: null } candidate
            || !Cookies.TryRead(datagram, _macs!, InitialPacket.FirstMac(_initial), cookie))
        {
            return;
        }

        var isFirst = candidate.Cookie is null;
        candidate.Cookie = cookie;
        if (candidate.IsEmpty)
            (candidate.IsEmpty, _refusedEnd) = (false, null); // somebody is there after all
        if (isFirst)
            candidate.NextSend = now;
    }

    // Anybody on the way can say this: it ends one candidate of this call and changes no belief.
    private void ReceiveRefusal(TimeSpan now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!RefusalPacket.TryRead(datagram, out var code, out var version) || FindCandidate(from) is not { Refusal: null } candidate)
            return;
        candidate.Refusal = version != ConnectionLimits.Version ? SessionErrorCode.VersionMismatch : code;
        EndSoonIfHopeless(now);
    }

    private void EndSoonIfHopeless(TimeSpan now)
    {
        if (_candidates.TrueForAll(static one => one.IsHopeless))
            _refusedEnd ??= now + ConnectionLimits.RefusedGrace;
    }

    private void ReceiveFinal(TimeSpan now, ReadOnlySpan<byte> message)
    {
        Span<byte> payload = stackalloc byte[HandshakeLimits.MaxMessage];
        if (_forged >= ConnectionLimits.MaxForgedMessages)
            return;
        if (!TryReadOnCopy(message, payload, _initialId))
        {
            _forged++;
            _table.Counters.Refused(SessionErrorCode.HandshakeFailed);
            return;
        }

        _remoteIds.SetFirstToken(_remoteParameters!.ResetToken);
        TakeKeys(now);
    }

    // A message that does not verify would end the handshake; in a datagram anybody can send one. It is tried on a copy. The payload must name the
    // connection id that the packet has in the clear, or somebody changed that.
    private bool TryReadOnCopy(ReadOnlySpan<byte> message, Span<byte> payload, ulong connectionId)
    {
        if (_noise is null || _noise.IsMyTurn || _noise.IsFinished)
            return false;
        var copy = _noise.Fork();
        if (!copy.TryReadMessage(message, payload, out var written) || !TakeParameters(payload[..written], connectionId))
        {
            copy.Dispose();
            return false;
        }

        _noise.Dispose();
        _noise = copy;
        return true;
    }

    private bool TakeParameters(ReadOnlySpan<byte> payload, ulong connectionId)
    {
        if (!ConnectionParameters.TryParse(payload, out var parameters) || parameters!.ConnectionId != connectionId)
            return false;
        _remoteParameters = parameters;
        return true;
    }

    private void WriteResponse()
    {
        var payload = _localParameters.ToArray();
        var size = payload.Length + _noise!.NextMessageOverhead;
        _response = new byte[ResponsePacket.MessageAt + size];
        ResponsePacket.WriteHeader(_response, _initialId, _ids.First, size);
        _noise.WriteMessage(payload, _response.AsSpan(ResponsePacket.MessageAt));
    }

    private void WriteFinal(ulong responderId)
    {
        var payload = _localParameters.ToArray();
        var size = payload.Length + _noise!.NextMessageOverhead;
        _final = new byte[FinalPacket.MessageAt + size];
        FinalPacket.WriteHeader(_final, responderId, size);
        _noise.WriteMessage(payload, _final.AsSpan(FinalPacket.MessageAt));
    }

    private void TakeKeys(TimeSpan now)
    {
        RemoteKey = _noise!.RemoteStatic!.Value;
        HandshakeHash = _noise.HandshakeHash.ToArray();
        var (send, receive) = _noise.SplitSecrets();
        _noise = null;
        _sealer = new PacketSealer(new PacketSecrets(send));
        _opener = new PacketOpener(new PacketSecrets(receive));
        _keySince = now;
        _streams = new ConnectionStreams(this, _options, _localParameters.Session, _remoteParameters!.Session, now);
        _initial = [];
    }

    // The first authentic packet: whoever sent it has the Response, and is not a replay of an old Initial.
    private void Confirm(Endpoint from, TimeSpan now, ConnectionEffects effects)
    {
        var path = AddPath(from)!;
        path.IsValidated = from == _answered && !Volatile.Read(ref _answeredSeveral); // else it may be somewhere where the Response never went
        _active = path;
        if (!path.IsValidated)
            path.StartProbing(now);
        else
            path.Recovery.Assume(now, _answeredAt); // the Response may have gone more than once
        State = ConnectionState.Open;
        _response = [];
        Watch(_remoteParameters!.ResetToken);
        if (_place is { } place && !place.TryBecomeSession())
        {
            Refuse(SessionErrorCode.Busy, "as many sessions as this node takes", now, effects);
            return;
        }

        OfferIds();
        effects.Established = true;
    }

    private DialCandidate? FindCandidate(Endpoint endpoint) => _candidates.Find(one => one.Endpoint == endpoint);

    private HandshakeState CreateNoise(HandshakePattern pattern, ReadOnlySpan<byte> bound, X25519PublicKey? remoteKey)
    {
        byte[] prologue = [.. Encoding.ASCII.GetBytes("kith udp session"), .. bound];
        return new HandshakeState(pattern.Protocol, IsInitiator, prologue, _identity.StaticKey, remoteKey, _identity.SwarmKey, _identity.Random);
    }
}
