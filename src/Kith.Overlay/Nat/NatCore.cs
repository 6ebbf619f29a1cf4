using Kith.Crypto;
using Kith.Transport.PortMapping;
using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>
/// Finds out what stands between this node and the internet, by observation alone, and helps others to do so (docs/protocol/nat.md). Tests run one after the other, each with another server,
/// until two bear each other out; all of it again after a change of network, and now and then. A state machine without I/O, for one thread.
/// </summary>
internal sealed class NatCore
{
    private readonly INatGround _ground;
    private readonly IRandom _random;
    private readonly List<NatWitness> _witnesses = [];
    private readonly HashSet<Endpoint> _tried = [];
    private readonly NatServing _serving;
    private NatRound? _round;
    private LifetimeTest? _lifetime;
    private byte[] _roundNonce = [];
    private byte[] _lifetimeNonce = [];
    private TimeSpan? _mappingLifetime;
    private int _lifetimeTests;
    private int _nextSocket = NatSocket.FirstProbe;
    private int _servers;
    private long _dueAt = long.MaxValue;
    private long _renewAt = long.MaxValue;
    private long _retest = NatLimits.FirstRetest;
    private long _askedAt = long.MaxValue;
    private long _heardAt = long.MinValue;
    private long _tcpAt = long.MaxValue;
    private Endpoint? _wan;
    private MappingState _router = MappingState.None;
    private NatView _view = NatView.Nothing;
    private bool _isStarted;

    /// <summary>A core that knows nothing yet.</summary>
    public NatCore(INatGround ground, IRandom random)
    {
        (_ground, _random) = (ground, random);
        _serving = new NatServing(ground, random);
    }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => Math.Min(_dueAt, Math.Min(_round?.NextDeadline ?? long.MaxValue, _lifetime?.NextDeadline ?? long.MaxValue));

    /// <summary>What was found.</summary>
    public NatView View => _view;

    /// <summary>Raised by one with each change of <see cref="View"/>.</summary>
    public int Version { get; private set; }

    /// <summary>What it does for others.</summary>
    public NatServing Serving => _serving;

    /// <summary>Datagrams that were none of this protocol's.</summary>
    public long Malformed { get; private set; }

    /// <summary>Begins to look for servers.</summary>
    public void Start(long now)
    {
        _isStarted = true;
        _dueAt = now + NatLimits.SearchPause;
        Judge(now);
    }

    /// <summary>A node of Kith has proved its address to us for the first time: a server to ask.</summary>
    public void Met(long now)
    {
        if (_isStarted && _round is null && NeedsServers)
            _dueAt = Math.Min(_dueAt, now);
    }

    /// <summary>A datagram came from a stranger on the internet, by the network itself: UDP works.</summary>
    public void Heard(long now) => _heardAt = now;

    /// <summary>A connection over TCP to somebody on the internet came about.</summary>
    public void TcpWorked(long now) => _tcpAt = Math.Min(_tcpAt, now);

    /// <summary>What the router has mapped.</summary>
    public void RouterMapped(long now, MappingState router)
    {
        _router = router;
        Judge(now);
    }

    /// <summary>We are on another network: nothing that was found counts any more.</summary>
    public void NetworkChanged(long now)
    {
        Forget();
        (_heardAt, _askedAt, _tcpAt) = (long.MinValue, long.MaxValue, long.MaxValue);
        _dueAt = now;
        Judge(now);
    }

    /// <summary>Ends what runs, and closes its sockets.</summary>
    public void Stop()
    {
        _round?.Stop();
        _lifetime?.Stop();
    }

    /// <summary>Takes a datagram that came to one of the sockets.</summary>
    public void Receive(long now, int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!NatMessage.TryRead(datagram, out var message))
        {
            Malformed++;
            return;
        }

        if (message.Type == NatMessageType.Request)
            _serving.OnRequest(now, socket, from, datagram.Length, in message);
        else if (message.Type == NatMessageType.Order)
            _serving.OnOrder(now, socket, from, in message);
        else if (_round is not null && message.Nonce.SequenceEqual(_roundNonce))
            _round.Receive(now, socket, from, in message);
        else if (_lifetime is not null && message.Nonce.SequenceEqual(_lifetimeNonce))
            _lifetime.Receive(now, socket, from, in message);
        else
            return;
        Follow(now);
    }

    /// <summary>Does what is due.</summary>
    public void Tick(long now)
    {
        _round?.Tick(now);
        _lifetime?.Tick(now);
        Follow(now);
        if (now < _dueAt)
            return;
        _dueAt = now + NatLimits.SearchPause;
        if (now >= _renewAt)
            Renew();
        Next(now);
        Judge(now);
    }

    /// <summary>Another address by vote, or what strangers prove: cheap.</summary>
    public void Judge(long now)
    {
        if (_ground.Asked > 0)
            _askedAt = Math.Min(_askedAt, now);
        if (_wan is { } before && _ground.Wan is { } wan && !before.SameAddress(wan))
        {
            // The same network under another address, as when a router dials in anew: what was found may hold no more.
            Forget();
            _dueAt = Math.Min(_dueAt, now);
        }

        _wan = _ground.Wan;
        _witnesses.RemoveAll(one => now - one.At >= NatLimits.WitnessLife);
        var running = _round is { WasAnswered: true, IsDone: false } round ? _witnesses.Append(round.Witness) : _witnesses;
        var verdict = NatVerdict.Of(now, _ground, [.. running]);
        if (IsBlocked(now))
            verdict = verdict with { Kind = NatKind.Blocked };
        _serving.IsInTheOpen = IsInTheOpen(verdict);
        var view = NatWords.ViewOf(verdict, _ground, _mappingLifetime, _router);
        if (view with { Router = _view.Router, MappedAddresses = _view.MappedAddresses } != _view || !view.MappedAddresses.SequenceEqual(_view.MappedAddresses))
            Version++;
        _view = view;
    }

    private bool NeedsServers => _servers < NatLimits.MaxServers && (_servers < 2 || !_view.IsConfirmed);

    // Nothing changes our port on the way, as far as we know: the alternate port has its number everywhere.
    private bool IsInTheOpen(NatVerdict verdict) => verdict.Kind switch
    {
        NatKind.None or NatKind.Firewall => true,
        NatKind.FullCone => verdict.Ports == NatPorts.Preserved,
        NatKind.Unknown => _ground.Networks.Addresses.Any(own => AddressScope.KindOf(own) is AddressKind.Global or AddressKind.Documentation
            && (_ground.Wan is not { } wan || own.SameAddress(wan) || wan.IsIPv4 != own.IsIPv4)),
        _ => false,
    };

    private bool IsBlocked(long now)
    {
        if (_ground.IsUdpBlocked)
            return true;
        if (_ground.Networks.IsLoopbackOnly || _askedAt == long.MaxValue)
            return false;
        if (_heardAt == long.MinValue)
            return now - _askedAt >= NatLimits.BlockedAfter && (_ground.Asked >= NatLimits.BlockedAsked || _tcpAt != long.MaxValue);
        return false;
    }

    private void Follow(long now)
    {
        if (_round is { IsDone: true } round)
        {
            _round = null;
            if (round.WasAnswered)
            {
                _servers++;
                var witness = round.Witness;
                if (_witnesses.Find(one => one.Server == witness.Server) is { } last && (last.PortProbe, last.ThirdProbe) == (witness.PortProbe, witness.ThirdProbe))
                    witness = witness with { Times = last.Times + 1 };
                _witnesses.RemoveAll(one => one.Server == witness.Server);
                _witnesses.Add(witness);
                if (_witnesses.Count > NatLimits.MaxWitnesses)
                    _witnesses.RemoveAt(0);
            }

            Judge(now);
            PlanRenewal(now);
            _dueAt = NeedsServers ? now : Math.Max(now, _renewAt);
            if (_lifetime is null)
                MeasureLifetime(now, round.Witness);
        }
        else if (_round is not null)
        {
            Judge(now);
        }

        if (_lifetime is { IsDone: true } lifetime)
        {
            _lifetime = null;
            if (lifetime.Survived is { } survived && !(survived < _mappingLifetime))
                _mappingLifetime = survived;
            Judge(now);
        }
    }

    // What nobody else bears out is looked at again soon: there may be more peers by then, a third party among them.
    private void PlanRenewal(long now)
    {
        // What one server saw once may be three datagrams that were lost; whether it was is worth knowing before others rely on it.
        if (_view is { Kind: NatKind.None, Filtering: NatFiltering.AddressAndPortDependent } && !_ground.WasReached)
        {
            _renewAt = now + NatLimits.DoubtRetest;
            return;
        }

        _renewAt = now + (_view.IsConfirmed ? NatLimits.Period : _retest);
        if (!_view.IsConfirmed)
            _retest = Math.Min(2 * _retest, NatLimits.Period);
    }

    private void Next(long now)
    {
        if (_round is not null || !NeedsServers)
        {
            _dueAt = _round is null && _renewAt != long.MaxValue ? Math.Max(now + NatLimits.SearchPause, _renewAt) : now + NatLimits.SearchPause;
            return;
        }

        if (ChooseServer() is not { } server)
            return;
        if (_tried.Count >= NatLimits.MaxTried)
            _tried.Clear();
        _tried.Add(server);
        _roundNonce = _random.NextBytes(NatLimits.NonceSize);
        _round = NatRound.TryStart(_ground, _nextSocket++, server, _roundNonce, now);
    }

    // A node of Kith on the internet, of a prefix that was not asked yet; at random.
    private Endpoint? ChooseServer()
    {
        var wan = _ground.Wan;
        Endpoint? chosen = null;
        var count = 0;
        foreach (var node in _ground.Neighbours)
        {
            if (AddressScope.KindOf(node) is not (AddressKind.Global or AddressKind.Documentation) || _ground.Networks.AreLifted(node) || _tried.Contains(node)
                || (wan is { } own && (own.IsIPv4 != node.IsIPv4 || own.SameAddress(node))))
                continue;
            if (_random.NextInt32(++count) == 0)
                chosen = node;
        }

        return chosen;
    }

    private void MeasureLifetime(long now, NatWitness witness)
    {
        // Where nothing is mapped or filtered nothing has to be kept. A shorter one than the longest is looked at a second time with another server.
        if (_view.Kind is NatKind.None or NatKind.Unknown or NatKind.Blocked || witness.SeenOfProbe is null || _lifetimeTests >= 2
            || _mappingLifetime >= TimeSpan.FromMilliseconds(LifetimeTest.Silences[^1]))
            return;
        _lifetimeTests++;
        _lifetimeNonce = _random.NextBytes(NatLimits.NonceSize);
        _lifetime = new LifetimeTest(_ground, witness.Server, _lifetimeNonce, _nextSocket, now);
        _nextSocket += LifetimeTest.Silences.Length;
    }

    private void Renew()
    {
        (_servers, _renewAt) = (0, long.MaxValue);
        _tried.Clear();
    }

    private void Forget()
    {
        Stop();
        (_round, _lifetime, _mappingLifetime) = (null, null, null);
        _witnesses.Clear();
        (_lifetimeTests, _retest) = (0, NatLimits.FirstRetest);
        Renew();
    }
}
