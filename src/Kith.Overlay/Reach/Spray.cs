using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// Many sockets against many ports, for a NAT that gives each destination a port that nobody can foretell. The side behind it opens 256 sockets that all send to the other side's endpoint, so that 256
/// of its ports let that endpoint in; the other side sends to ports at random until it meets one, which by then has been sent to from the very endpoint that it needs. Paced, and bounded in number and time.
/// </summary>
/// <param name="role">Which side.</param>
/// <param name="target">Many sockets: the other side's endpoint. Many ports: the other side's address.</param>
/// <param name="random">Draws the ports.</param>
/// <param name="startAt">When to begin.</param>
/// <param name="sockets">Many sockets: where they come from.</param>
/// <param name="turns">Many ports: whose turn it is.</param>
internal sealed class Spray(SprayRole role, Endpoint target, IRandom random, long startAt, IPunchSockets sockets, SprayTurns turns)
{
    private const int Ports = ushort.MaxValue + 1 - ReachLimits.MinPort;

    private readonly HashSet<ushort> _tried = [];
    private int _sockets = -1;
    private int _next;
    private long _passAt;

    /// <summary>Probes sent.</summary>
    public int Sent { get; private set; }

    /// <summary>When there is something to do.</summary>
    public long NextDeadline { get; private set; } = startAt;

    /// <summary>Sends what is due.</summary>
    public void Tick(long now, Punch punch)
    {
        NextDeadline = now + ReachLimits.SprayStep;
        if (role == SprayRole.ManyPorts)
            TryPorts(now, punch);
        else
            SendFromSockets(now, punch);
    }

    /// <summary>It is over.</summary>
    public void End() => turns.GiveBack(this);

    private void TryPorts(long now, Punch punch)
    {
        if (!turns.TryTake(this))
        {
            NextDeadline = now + ReachLimits.SprayTurn;
            return;
        }

        for (var i = 0; i < ReachLimits.SprayProbesPerStep && _tried.Count < ReachLimits.SprayProbes; i++)
        {
            ushort port;
            do
                port = (ushort)(ReachLimits.MinPort + random.NextInt32(Ports));
            while (!_tried.Add(port));
            Sent++;
            punch.Send(target.WithPort(port));
        }

        if (_tried.Count < ReachLimits.SprayProbes)
            return;
        turns.GiveBack(this);
        NextDeadline = long.MaxValue;
    }

    private void SendFromSockets(long now, Punch punch)
    {
        if (_sockets < 0)
        {
            _sockets = sockets.Open(punch.Call, ReachLimits.SpraySockets);
            _passAt = now;
        }

        for (var i = 0; i < ReachLimits.SpraySocketsPerStep && _next < _sockets; i++)
        {
            Sent++;
            punch.Send(_next++, target, isHeard: false);
        }

        if (_next < _sockets)
            return;
        // All have sent: once more before the mappings end.
        _next = 0;
        _passAt += ReachLimits.SprayAgain;
        NextDeadline = _sockets == 0 ? long.MaxValue : Math.Max(_passAt, NextDeadline);
    }
}
