using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>
/// How long a mapping lasts without traffic (RFC 5780 section 4.6): several sockets greet a server and fall silent, each for another while; then the server is asked, from the node's own
/// port, to send one probe to each. The longest silence after which it comes is what we can count on.
/// </summary>
internal sealed class LifetimeTest
{
    /// <summary>The silences, milliseconds. Longer than 27 s is not waited for: something is sent every 25 s anyway.</summary>
    public static readonly long[] Silences = [6_000, 12_000, 18_000, 27_000];

    private const long AskAgain = 500;
    private const int MaxAsks = 3;
    private const long GreetingTime = 3_000;
    private const long LastWait = 2_000;

    private readonly INatGround _ground;
    private readonly Endpoint _server;
    private readonly byte[] _nonce;
    private readonly byte[] _buffer = new byte[NatLimits.MaxDatagram];
    private readonly List<Line> _lines = [];
    private readonly long _startedAt;

    /// <summary>Begins.</summary>
    public LifetimeTest(INatGround ground, Endpoint server, byte[] nonce, int firstSocket, long now)
    {
        (_ground, _server, _nonce, _startedAt) = (ground, server, nonce, now);
        foreach (var silence in Silences)
        {
            var socket = firstSocket + _lines.Count;
            if (ground.Open(socket) != 0)
                _lines.Add(new Line(socket, silence) { NextAt = now });
        }
    }

    /// <summary>Who is asked.</summary>
    public Endpoint Server => _server;

    /// <summary>Whether it is over.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The longest silence survived; null while nothing is known.</summary>
    public TimeSpan? Survived
    {
        get
        {
            var came = _lines.Where(line => line.Came).Select(line => line.Silence).DefaultIfEmpty().Max();
            return came > 0 ? TimeSpan.FromMilliseconds(came) : null;
        }
    }

    private bool IsOver => _lines.TrueForAll(line => !line.IsOpen);

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public long NextDeadline => IsDone ? long.MaxValue : _lines.Select(line => line.NextAt).DefaultIfEmpty(_startedAt).Min();

    /// <summary>Takes a datagram with this test's nonce.</summary>
    public void Receive(long now, int socket, Endpoint from, in NatMessage message)
    {
        if (socket == NatSocket.Main || from != _server || _lines.Find(one => one.Socket == socket) is not { } line)
            return;
        if (message.Type == NatMessageType.Response && line.Seen is null && !message.Token.IsEmpty)
        {
            line.Seen = message.Seen;
            line.Token = message.Token.ToArray();
            line.Asks = 0;
            line.NextAt = now + line.Silence;
        }
        else if (message.Type == NatMessageType.Probe && line.Asks > 0 && line.Seen is not null)
        {
            line.Came = true;
            End(line);
        }

        IsDone |= IsOver;
    }

    /// <summary>Greets, or asks for the probes that are due.</summary>
    public void Tick(long now)
    {
        foreach (var line in _lines)
        {
            if (now < line.NextAt)
                continue;
            if (line.Seen is { } seen)
                AskForProbe(now, line, seen);
            else
                Greet(now, line);
        }

        IsDone |= IsOver;
    }

    /// <summary>Ends it at once.</summary>
    public void Stop()
    {
        IsDone = true;
        foreach (var line in _lines)
            End(line);
    }

    private void Greet(long now, Line line)
    {
        if (now - _startedAt >= GreetingTime)
        {
            End(line);
            return;
        }

        line.NextAt = now + AskAgain;
        _ground.Send(line.Socket, _server, new NatMessage { Type = NatMessageType.Request, Nonce = _nonce }.Write(_buffer));
    }

    private void AskForProbe(long now, Line line, Endpoint seen)
    {
        if (line.Asks == MaxAsks)
        {
            End(line);
            return;
        }

        line.Asks++;
        line.NextAt = now + (line.Asks == MaxAsks ? LastWait : AskAgain);
        _ground.Send(NatSocket.Main, _server, new NatMessage { Type = NatMessageType.Request, Nonce = _nonce, Port = seen.Port, Echo = line.Token }.Write(_buffer));
    }

    private void End(Line line)
    {
        if (!line.IsOpen)
            return;
        line.IsOpen = false;
        line.NextAt = long.MaxValue;
        _ground.Close(line.Socket);
    }

    private sealed class Line(int socket, long silence)
    {
        public int Socket => socket;

        public long Silence => silence;

        public bool IsOpen { get; set; } = true;

        public long NextAt { get; set; }

        public Endpoint? Seen { get; set; }

        public byte[] Token { get; set; } = [];

        public int Asks { get; set; }

        public bool Came { get; set; }
    }
}
