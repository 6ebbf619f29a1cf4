using System.Buffers.Binary;
using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>
/// All connections of a port: which one a datagram is for, and what is done with one that is for none. Routing is safe for several threads; the rest is
/// done under the host's lock of the table. Connections tell it of their ids from under locks of their own, which touches only what is safe for that.
/// </summary>
internal sealed class ConnectionTable : IDisposable
{
    /// <summary>The smallest datagram that can be a stateless reset (RFC 9000 section 10.3).</summary>
    public const int MinReset = 21;

    private const int MaxReset = 43;
    private const int ResetsPerSecond = 100;
    private const int RefusalsPerSecond = 100;
    private static readonly TimeSpan LeastKeepAlive = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(1);

    private readonly TransportIdentity _identity;
    private readonly ConnectionOptions _options;
    private readonly ConcurrentDictionary<ulong, ConnectionCore> _byId = new();
    private readonly ConcurrentDictionary<Bits128, ConnectionCore> _byToken = new();
    private readonly Dictionary<ulong, ConnectionCore> _byInitial = [];
    private readonly Admission _admission;
    private readonly Cookies _cookies;
    private readonly HandshakeMacs _macs;
    private readonly HandshakeMacs _unknownMacs;
    private readonly byte[] _resetKey = new byte[Blake2s.MaxKeySize];

    private long _keepAlive; // ticks
    private TimeSpan _windowEnd;
    private int _initials;
    private int _resets;
    private int _refusals;

    public ConnectionTable(TransportIdentity identity, ConnectionOptions options)
    {
        _identity = identity;
        _options = options;
        KeepAlive = options.KeepAlive;
        _admission = new Admission(options.MaxPending, options.MaxPendingPerAddress, options.MaxSessions, options.MaxSessionsPerAddress);
        _cookies = new Cookies(identity.Random);
        _macs = new HandshakeMacs(identity.StaticKey.PublicKey, identity.SwarmKey);
        _unknownMacs = new HandshakeMacs(null, identity.SwarmKey);
        // The same after a restart: then it is most needed (RFC 9000 section 10.3.2).
        Blake2s.Hash(identity.StaticKey.Value, "kith-udp-reset-v1"u8, _resetKey);
    }

    public ConnectionCounters Counters { get; } = new();

    /// <summary>Packets sealed under one key.</summary>
    public long PacketsPerKey { get; init; } = ConnectionLimits.PacketsPerKey;

    /// <summary>Nothing is silent for longer than this; less where NATs forget sooner. May be set at any time: each connection reads it when it next reckons its deadline.</summary>
    public TimeSpan KeepAlive
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _keepAlive));
        set => Volatile.Write(ref _keepAlive, (value > LeastKeepAlive ? value : LeastKeepAlive).Ticks);
    }

    /// <summary>Handshakes that others began, under way.</summary>
    public int Pending => _admission.Pending;

    /// <summary>When <see cref="Tick"/> has something to do for the table itself; each connection has its own deadline.</summary>
    public TimeSpan? NextDeadline => _initials + _resets + _refusals > 0 ? _windowEnd : null;

    /// <summary>The connection that a datagram is for, by the id in its header or by a stateless reset's token. Safe for several threads.</summary>
    public bool TryRoute(ReadOnlySpan<byte> datagram, out ConnectionCore connection)
    {
        connection = null!;
        if (datagram.IsEmpty)
            return false;
        if (!ShortHeader.Is(datagram[0]))
            return LongHeader.TryReadDestination(datagram, out var longId) && _byId.TryGetValue(longId, out connection!);
        if (datagram.Length < MinReset)
            return false;
        return _byId.TryGetValue(ShortHeader.IdOf(datagram), out connection!)
            || _byToken.TryGetValue(Bits128.Read(datagram[^ConnectionLimits.ResetTokenSize..]), out connection!);
    }

    /// <summary>Begins a call; <see cref="ConnectionCore.Try"/> says where to. With no key whoever answers is taken. Who calls may be another than who is called here.</summary>
    public ConnectionCore Dial(TimeSpan now, X25519PublicKey? remoteKey, TransportIdentity? identity = null) => ConnectionCore.Initiate(this, identity ?? _identity, _options, remoteKey, now);

    /// <summary>
    /// Takes a datagram that is for no connection. What is to be answered goes into <paramref name="response"/>, never more than a third of what came and
    /// nothing at all to an outsider of the swarm. Returns the connection that it began, half open: nobody above learns of it before its effects say so.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="datagram">The datagram.</param>
    /// <param name="response">At least <see cref="ConnectionLimits.MinInitialDatagram"/> bytes.</param>
    /// <param name="responseLength">How many of them are to be sent back.</param>
    public ConnectionCore? ReceiveUnrouted(TimeSpan now, Endpoint from, Span<byte> datagram, Span<byte> response, out int responseLength)
    {
        responseLength = 0;
        if (datagram.IsEmpty)
            return null;
        Refresh(now);
        if (ShortHeader.Is(datagram[0]))
        {
            responseLength = WriteReset(datagram, response);
            return null;
        }

        if (InitialPacket.TryReadInvariants(datagram, out var version, out var sourceId))
            return ReceiveInitial(now, from, datagram, version, sourceId, response, out responseLength);
        Counters.NoiseSeen();
        return null;
    }

    /// <summary>The connection is over.</summary>
    public void Forget(ConnectionCore connection)
    {
        if (_byInitial.TryGetValue(connection.InitialId, out var known) && known == connection)
            _byInitial.Remove(connection.InitialId);
        connection.Dispose();
    }

    /// <summary>Does what is due for the table itself.</summary>
    public void Tick(TimeSpan now) => Refresh(now);

    public void Dispose()
    {
        foreach (var connection in _byId.Values)
            connection.Dispose();
    }

    /// <summary>A fresh id of a connection. Safe for several threads.</summary>
    public ulong NewId(ConnectionCore connection)
    {
        ulong id;
        do
        {
            id = _identity.Random.NextUInt64();
        }
        while (!_byId.TryAdd(id, connection));
        return id;
    }

    public void ForgetId(ulong id) => _byId.TryRemove(id, out _);

    /// <summary>A datagram that ends with this token is a reset of the connection.</summary>
    public bool TryWatch(Bits128 token, ConnectionCore connection) => !token.IsZero && _byToken.TryAdd(token, connection);

    /// <summary>The connection is over.</summary>
    public void Unwatch(Bits128 token, ConnectionCore connection) => _byToken.TryRemove(new KeyValuePair<Bits128, ConnectionCore>(token, connection));

    /// <summary>The stateless reset token of one of this side's ids.</summary>
    public Bits128 ResetTokenOf(ulong id)
    {
        Span<byte> data = stackalloc byte[ConnectionLimits.IdSize];
        Span<byte> token = stackalloc byte[ConnectionLimits.ResetTokenSize];
        BinaryPrimitives.WriteUInt64BigEndian(data, id);
        Blake2s.Hash(_resetKey, data, token);
        return Bits128.Read(token);
    }

    private ConnectionCore? ReceiveInitial(
        TimeSpan now, Endpoint from, Span<byte> datagram, byte version, ulong sourceId, Span<byte> response, out int responseLength)
    {
        responseLength = 0;
        if (version != ConnectionLimits.Version)
        {
            responseLength = Refuse(SessionErrorCode.VersionMismatch, sourceId, response);
            return null;
        }

        if (!InitialPacket.TryRead(datagram, out var initial))
        {
            Counters.NoiseSeen();
            return null;
        }

        var pattern = HandshakePattern.Find(initial.Pattern);
        if (pattern is null || pattern.IsSwarm != _identity.SwarmKey is not null)
        {
            responseLength = Refuse(SessionErrorCode.PatternRefused, sourceId, response);
            return null;
        }

        var macs = pattern.KnowsResponder ? _macs : _unknownMacs;
        if (!macs.VerifyFirst(datagram))
        {
            Counters.NoiseSeen();
            responseLength = pattern.KnowsResponder ? Refuse(SessionErrorCode.WrongKey, sourceId, response) : 0;
            return null;
        }

        if (_byInitial.TryGetValue(sourceId, out var known))
        {
            responseLength = known.IsCopy(initial) ? known.RepeatResponse(from, response) : 0;
            return null;
        }

        // Up to here a hash was computed; the key agreements come now.
        if (IsLoaded() && !_cookies.Verify(now, from, datagram))
        {
            Counters.CookieAsked();
            responseLength = _cookies.Write(now, from, macs, datagram, sourceId, response);
            return null;
        }

        return Accept(now, from, initial, datagram, response, out responseLength);
    }

    private ConnectionCore? Accept(
        TimeSpan now, Endpoint from, in InitialPacket initial, ReadOnlySpan<byte> datagram, Span<byte> response, out int responseLength)
    {
        responseLength = 0;
        if (_admission.TryEnter(from.ToAddress()) is not { } place)
        {
            Counters.TooMany();
            return null;
        }

        var connection = ConnectionCore.Respond(this, _identity, _options, initial, datagram, from, place, now);
        if (connection is null)
        {
            place.Dispose();
            responseLength = Refuse(SessionErrorCode.HandshakeFailed, initial.SourceId, response);
            return null;
        }

        _byInitial[initial.SourceId] = connection;
        responseLength = connection.RepeatResponse(from, response);
        return connection;
    }

    private bool IsLoaded() => ++_initials > _options.CookieRate || _admission.Pending >= _options.CookiePending;

    private int Refuse(SessionErrorCode code, ulong sourceId, Span<byte> response)
    {
        Counters.Refused(code);
        return _identity.SwarmKey is not null || ++_refusals > RefusalsPerSecond ? 0 : RefusalPacket.Write(response, code, sourceId);
    }

    // RFC 9000 section 10.3: like a packet, always shorter than what came, so two nodes never answer each other forever.
    private int WriteReset(ReadOnlySpan<byte> datagram, Span<byte> response)
    {
        var size = Math.Min(datagram.Length - 1, MaxReset);
        if (size < MinReset || _identity.SwarmKey is not null || ++_resets > ResetsPerSecond)
            return 0;
        Counters.ResetSent();
        _identity.Random.Fill(response[..size]);
        response[0] = (byte)(ShortHeader.First | (response[0] & ShortHeader.ProtectedBits));
        ResetTokenOf(ShortHeader.IdOf(datagram)).CopyTo(response[(size - ConnectionLimits.ResetTokenSize)..]);
        return size;
    }

    private void Refresh(TimeSpan now)
    {
        if (now < _windowEnd)
            return;
        _windowEnd = now + RateWindow;
        (_initials, _resets, _refusals) = (0, 0, 0);
    }
}
