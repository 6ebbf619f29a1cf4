using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>What one side does about a NAT that gives each destination another port.</summary>
internal enum SprayRole
{
    /// <summary>Nothing: there is none, or two.</summary>
    None,

    /// <summary>Is behind it: opens many sockets, so that many ports lead in.</summary>
    ManySockets,

    /// <summary>Is not: tries many ports of the other's address.</summary>
    ManyPorts,
}

/// <summary>
/// One punch: sends probes to every address of the other side in several rounds, answers those that arrive, and says at which endpoints the other side was heard. Both sides do the same at about
/// the same moment, so that each side's NAT has seen a datagram go out when the other's comes in.
/// </summary>
internal sealed class Punch
{
    private const int MainSocket = -1;

    // Milliseconds from the start: a NAT that refuses what comes too early takes what comes after its own went out.
    private static readonly long[] Rounds = [0, 60, 150, 300, 600, 1200, 2400];

    // Milliseconds after the first probe of an endpoint: the other side starves when the only answer is lost.
    private static readonly long[] HeardAgain = [0, 30, 120];

    private readonly IReachGround _ground;
    private readonly byte[] _key;
    private readonly bool _isCaller;
    private readonly List<Endpoint> _targets;
    private readonly List<Working> _working = [];
    private readonly Spray? _spray;
    private readonly Action<Endpoint> _reached;
    private Meeting? _meeting;
    private readonly Action<Endpoint>? _meet;
    private int _round;
    private ushort _number;

    /// <param name="ground">The rest of the overlay.</param>
    /// <param name="call">Which call it is for.</param>
    /// <param name="isCaller">Whether this side called.</param>
    /// <param name="key">Of the probes.</param>
    /// <param name="targets">Whom to send to.</param>
    /// <param name="startAt">When to begin.</param>
    /// <param name="spray">Many sockets or ports, in case nothing else helps; null for never.</param>
    /// <param name="reached">Told each endpoint at which the other side was heard.</param>
    /// <param name="meeting">Connections by TCP beside it; null for none.</param>
    /// <param name="meet">Told when, and where to, the TCP connection is to be made.</param>
    public Punch(
        IReachGround ground, ulong call, bool isCaller, byte[] key, List<Endpoint> targets, long startAt, Spray? spray, Action<Endpoint> reached, Meeting? meeting = null, Action<Endpoint>? meet = null)
    {
        (_ground, Call, _isCaller, _key, _targets, StartAt, _spray, _meeting, _reached, _meet) = (ground, call, isCaller, key, targets, startAt, spray, meeting, reached, meet);
    }

    /// <summary>Which call it is for.</summary>
    public ulong Call { get; }

    /// <summary>When it begins, unix milliseconds.</summary>
    public long StartAt { get; }

    /// <summary>When the other side was first heard; null when it was not.</summary>
    public long? ReachedAt { get; private set; }

    /// <summary>Where it was first heard.</summary>
    public Endpoint? First { get; private set; }

    /// <summary>Whether many sockets or ports are tried where nothing else helps.</summary>
    public bool HasSpray => _spray is not null;

    /// <summary>When there is something to do.</summary>
    public long NextDeadline
    {
        get
        {
            var next = EndsAt;
            if (_round < Rounds.Length)
                next = Math.Min(next, StartAt + Rounds[_round]);
            if (ReachedAt is null && _spray is not null)
                next = Math.Min(next, _spray.NextDeadline);
            if (_meeting is not null)
                next = Math.Min(next, StartAt + _meeting.After);
            foreach (var working in _working)
                next = Math.Min(next, working.NextHeard);
            return next;
        }
    }

    /// <summary>When it is over.</summary>
    public long EndsAt => ReachedAt is { } reached ? reached + ReachLimits.Settle : StartAt + (_spray is null ? ReachLimits.PunchPatience : ReachLimits.SprayPatience);

    /// <summary>Sends what is due.</summary>
    public void Tick(long now)
    {
        while (_round < Rounds.Length && now >= StartAt + Rounds[_round])
        {
            _round++;
            // Late, or asked late: a round that was missed is not made up for.
            if (_round < Rounds.Length && now >= StartAt + Rounds[_round])
                continue;
            foreach (var target in _targets)
                Send(MainSocket, target, isHeard: false);
        }

        if (_meeting is { } meeting && now >= StartAt + meeting.After)
        {
            _meeting = null;
            if (ReachedAt is null)
                _meet?.Invoke(meeting.At);
        }

        if (ReachedAt is null && _spray is not null && now >= _spray.NextDeadline)
            _spray.Tick(now, this);
        foreach (var working in _working)
        {
            if (now >= working.NextHeard)
                SayHeard(now, working);
        }
    }

    /// <summary>Takes a probe that may be for this punch; false when it is not authentic, or our own.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="socket">Which of the further sockets it came to; -1 for the node's port.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="datagram">All of it.</param>
    public bool Receive(long now, int socket, Endpoint from, ReadOnlySpan<byte> datagram) => Receive(now, Call, socket, from, datagram);

    /// <summary>The same of a socket that another punch opened: where both sides called each other, the sockets of one serve both.</summary>
    public bool Receive(long now, ulong opener, int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!ProbePacket.TryRead(datagram, _key, out var probe) || probe.IsCaller == _isCaller || !_ground.Networks.MayContact(from))
            return false;
        var working = _working.Find(one => one.Opener == opener && one.Socket == socket && one.At == from);
        if (working is null)
        {
            // A socket that leads to somebody else already is of no use: another will be met.
            if (_working.Count >= ReachLimits.MaxWorking || (socket == MainSocket ? from : _ground.Sockets.Keep(opener, socket, from)) is not { } path)
                return true;
            working = new Working(opener, socket, from, now);
            _working.Add(working);
            ReachedAt ??= now;
            First ??= path;
            SayHeard(now, working);
            _reached(path);
        }
        else if (!probe.IsHeard)
        {
            SayHeard(now, working);
        }

        return true;
    }

    /// <summary>Ends it: further sockets that were not needed are closed.</summary>
    public void End()
    {
        if (_spray is null)
            return;
        _spray.End();
        _ground.Sockets.Close(Call);
    }

    /// <summary>Sends a probe.</summary>
    public void Send(int socket, Endpoint to, bool isHeard) => Send(Call, socket, to, isHeard);

    private void Send(ulong opener, int socket, Endpoint to, bool isHeard)
    {
        Span<byte> datagram = stackalloc byte[ProbePacket.Size];
        new ProbePacket(Call, _isCaller, isHeard, _number++).Write(datagram, _key);
        if (socket == MainSocket)
            _ground.SendProbe(to, datagram);
        else
            _ground.Sockets.Send(opener, socket, to, datagram);
    }

    /// <summary>Sends a probe from the node's port.</summary>
    public void Send(Endpoint to) => Send(MainSocket, to, isHeard: false);

    private void SayHeard(long now, Working working)
    {
        working.NextHeard = working.Heard + 1 < HeardAgain.Length ? now + HeardAgain[working.Heard + 1] : long.MaxValue;
        if (working.Heard >= ReachLimits.MaxHeard)
            return;
        working.Heard++;
        Send(working.Opener, working.Socket, working.At, isHeard: true);
    }

    private sealed class Working(ulong opener, int socket, Endpoint at, long now)
    {
        public ulong Opener => opener;

        public int Socket => socket;

        public Endpoint At => at;

        public int Heard { get; set; }

        public long NextHeard { get; set; } = now;
    }
}
