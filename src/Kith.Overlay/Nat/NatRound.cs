using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>
/// One test with one server (RFC 5780 section 4, with a server that has two ports of one address). The mapping is looked at from the node's own port; whom the NAT lets in, from a socket that
/// has sent to nobody but this server, so that nothing else the node does can have let anybody in.
/// </summary>
internal sealed class NatRound
{
    // Each step asks three times, and waits longer where the server is far.
    private static readonly long[] Tries = [0, 250, 800];
    private const long LeastWait = 1_200;
    private const long MostWait = 4_000;
    private const int RoundTrips = 4;

    private readonly INatGround _ground;
    private readonly int _socket;
    private readonly ushort _probePort;
    private readonly byte[] _nonce;
    private readonly byte[] _buffer = new byte[NatLimits.MaxDatagram];
    private readonly byte[] _token = new byte[Walker.AddressTokens.Size];
    private readonly long _startedAt;
    private Step _step;
    private long _stepAt;
    private int _tried;
    private long _roundTrip = MostWait / RoundTrips;
    private Endpoint? _alternate;
    private Endpoint? _third;
    private bool _thirdAnswered;
    private bool _alternateAnswered;
    private bool _portProbe;
    private bool _thirdProbe;
    private bool _hairpin;
    private bool _sentHairpin;
    private bool _hasToken;

    private NatRound(INatGround ground, int socket, ushort probePort, Endpoint server, byte[] nonce, long now)
    {
        (_ground, _socket, _probePort, _nonce) = (ground, socket, probePort, nonce);
        Witness = new NatWitness(server, now) { ProbePort = probePort };
        _startedAt = now;
    }

    private enum Step
    {
        Greeting,
        Filtering,
        Confirming,
        Done,
    }

    /// <summary>What it has shown so far.</summary>
    public NatWitness Witness { get; private set; }

    /// <summary>Whether it is over.</summary>
    public bool IsDone => _step == Step.Done;

    /// <summary>Whether the server knows this protocol.</summary>
    public bool WasAnswered => Witness.Seen is not null || Witness.SeenOfProbe is not null;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => IsDone ? long.MaxValue : _tried < Tries.Length ? _stepAt + Tries[_tried] : EndsAt;

    private long EndsAt => _stepAt + Math.Clamp(RoundTrips * _roundTrip, LeastWait, MostWait);

    /// <summary>Begins one; null when there is no socket to be had.</summary>
    public static NatRound? TryStart(INatGround ground, int socket, Endpoint server, byte[] nonce, long now)
    {
        var port = ground.Open(socket);
        if (port == 0)
            return null;
        var round = new NatRound(ground, socket, port, server, nonce, now);
        round.Enter(Step.Greeting, now);
        return round;
    }

    /// <summary>Takes a datagram with this round's nonce.</summary>
    public void Receive(long now, int socket, Endpoint from, in NatMessage message)
    {
        switch (message.Type)
        {
            case NatMessageType.Response when socket == NatSocket.Main || socket == _socket:
                OnResponse(now, socket == NatSocket.Main, from, in message);
                break;
            case NatMessageType.Probe when socket == _socket && _step == Step.Filtering:
                OnProbe(from);
                break;
            case NatMessageType.Hairpin when _sentHairpin && IsOurs(from):
                _hairpin = true;
                break;
            default:
                return;
        }

        Advance(now);
    }

    /// <summary>Asks again, or goes on.</summary>
    public void Tick(long now)
    {
        if (IsDone)
            return;
        while (_tried < Tries.Length && now >= _stepAt + Tries[_tried])
        {
            _tried++;
            Send();
        }

        Advance(now);
    }

    /// <summary>Ends it at once.</summary>
    public void Stop()
    {
        if (IsDone)
            return;
        _step = Step.Done;
        _ground.Close(_socket);
    }

    private void OnResponse(long now, bool isMain, Endpoint from, in NatMessage message)
    {
        var seen = message.Seen!.Value;
        var isServer = from == Witness.Server;
        if (isServer && message.Alternate != 0 && message.Alternate != from.Port && _alternate is null)
            _alternate = from.WithPort(message.Alternate);
        if (seen.IsIPv4 != from.IsIPv4)
            return;
        if (isMain)
        {
            if (isServer)
                Witness = Witness with { Seen = Witness.Seen ?? seen };
            else if (from == _alternate)
                Witness = Witness with { SeenByAlternate = Witness.SeenByAlternate ?? seen };
            return;
        }

        if (isServer)
            OnServersAnswer(now, seen, in message);
        _alternateAnswered |= from == _alternate && _step == Step.Confirming;
        _thirdAnswered |= from == _third && _step == Step.Confirming;
    }

    private void OnServersAnswer(long now, Endpoint seen, in NatMessage message)
    {
        Witness = Witness with { SeenOfProbe = seen };
        if (message.Token.IsEmpty)
            return;
        message.Token.CopyTo(_token);
        if (!_hasToken)
            _roundTrip = Math.Max(1, now - _startedAt);
        _hasToken = true;
        if (_step == Step.Filtering && message.Third is { } third && !third.SameAddress(Witness.Server) && _ground.Networks.MayFollow(Witness.Server, third))
            _third ??= third;
    }

    // From an address that this socket has sent to only in so far as it is the server's own.
    private void OnProbe(Endpoint from)
    {
        if (_ground.Networks.AreLifted(from))
            return;
        if (!from.SameAddress(Witness.Server))
            _thirdProbe = true;
        else if (from.Port != Witness.Server.Port)
            _portProbe = true;
    }

    private void Advance(long now)
    {
        var isOver = now >= EndsAt;
        switch (_step)
        {
            case Step.Greeting when _hasToken && (Witness.Seen is not null || isOver):
                Enter(Step.Filtering, now);
                break;
            case Step.Filtering when isOver || (_portProbe && _thirdProbe && Witness.SeenByAlternate is not null):
                Enter(Step.Confirming, now);
                break;
            case Step.Confirming when isOver || IsConfirmed:
                Conclude();
                break;
            case Step.Greeting when isOver:
                Conclude();
                break;
            default:
                break;
        }
    }

    private bool IsConfirmed => (_alternate is null || _alternateAnswered || _portProbe) && (_third is null || _thirdAnswered || _thirdProbe)
        && (_alternate is null || Witness.SeenByAlternate is not null) && (_hairpin || !_sentHairpin);

    private void Enter(Step step, long now)
    {
        (_step, _stepAt, _tried) = (step, now, 0);
        Tick(now);
    }

    private void Send()
    {
        switch (_step)
        {
            case Step.Greeting:
                Ask(NatSocket.Main, Witness.Server, _ground.TokenOf(Witness.Server), NatAsk.None, Witness.Seen is not null);
                Ask(_socket, Witness.Server, default, NatAsk.None, _hasToken);
                break;
            case Step.Filtering:
                if (_alternate is { } known)
                    Ask(NatSocket.Main, known, default, NatAsk.None, Witness.SeenByAlternate is not null);
                Ask(_socket, Witness.Server, _token, NatAsk.Alternate | NatAsk.Third, _portProbe && _thirdProbe);
                break;
            case Step.Confirming:
                SendConfirming();
                break;
            default:
                break;
        }
    }

    // That a probe did not come says something only of one who can be heard once we have sent there.
    private void SendConfirming()
    {
        if (_alternate is { } alternate)
        {
            Ask(_socket, alternate, default, NatAsk.None, _alternateAnswered);
            Ask(NatSocket.Main, alternate, default, NatAsk.None, Witness.SeenByAlternate is not null);
        }

        if (_third is { } third)
            Ask(_socket, third, default, NatAsk.None, _thirdAnswered);
        // From each of our outer endpoints to the other, so that a NAT that filters its own inside too lets one of the two in.
        if (Witness is not { Seen: { } main, SeenOfProbe: { } probe } || !IsOutside(main) || !IsOutside(probe))
            return;
        _sentHairpin = true;
        var hairpin = new NatMessage { Type = NatMessageType.Hairpin, Nonce = _nonce };
        _ground.Send(NatSocket.Main, probe, hairpin.Write(_buffer));
        _ground.Send(_socket, main, hairpin.Write(_buffer));
    }

    // An address that is the NAT's alone, and that the server cannot have made up: the vote bears it out.
    private bool IsOutside(Endpoint endpoint) => _ground.Wan is { } wan && wan.SameAddress(endpoint) && !_ground.Networks.Addresses.Any(endpoint.SameAddress);

    // As the NAT rewrites it, or as we sent it where it does not.
    private bool IsOurs(Endpoint from) => (_ground.Wan is { } wan && wan.SameAddress(from)) || _ground.Networks.Addresses.Any(from.SameAddress);

    private void Ask(int socket, Endpoint to, ReadOnlySpan<byte> echo, NatAsk ask, bool isAnswered)
    {
        if (!isAnswered)
            _ground.Send(socket, to, new NatMessage { Type = NatMessageType.Request, Nonce = _nonce, Echo = echo, Ask = ask }.Write(_buffer));
    }

    private void Conclude()
    {
        Witness = Witness with
        {
            PortProbe = _portProbe ? true : _alternateAnswered ? false : null,
            ThirdProbe = _thirdProbe ? true : _thirdAnswered ? false : null,
            Hairpin = _hairpin ? true : _sentHairpin ? false : null,
        };
        Stop();
    }
}
