using Kith.Crypto;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// Reaches nodes behind NATs and lets itself be reached there (docs/protocol/reach.md): keeps registrations with introducers and is one for others, calls through them, and punches. A state machine
/// without I/O, for one thread.
/// </summary>
public sealed partial class ReachCore : IDatagramCore, IDisposable
{
    private readonly IReachGround _ground;
    private readonly IRandom _random;
    private readonly TransportIdentity? _identity;
    private readonly Introducing _introducing;
    private readonly Registrar _registrar;
    private readonly Callers _callers = new();
    private readonly Dictionary<ulong, Punch> _punches = [];
    private readonly List<Punch> _over = [];
    private bool _isStarted;

    /// <summary>Makes a core that registers nowhere before <see cref="Start"/>.</summary>
    /// <param name="ground">The rest of the overlay.</param>
    /// <param name="identity">The transport key that is called; null for a node that only introduces others.</param>
    /// <param name="random">Its randomness.</param>
    internal ReachCore(IReachGround ground, TransportIdentity? identity, IRandom random)
    {
        _ground = ground;
        _identity = identity;
        _random = random;
        _introducing = new Introducing(ground, random);
        _registrar = new Registrar(ground, random);
    }

    /// <summary>Our via addresses, best first.</summary>
    public IReadOnlyList<string> Via => _registrar.Via();

    /// <summary>Introducers that keep us.</summary>
    public int Introducers => _registrar.Kept.Count();

    /// <summary>Where they are.</summary>
    public IEnumerable<Endpoint> IntroducerEndpoints => _registrar.Kept.Select(own => own.Introducer);

    /// <summary>Nodes that are registered here.</summary>
    public int Registered => _introducing.Registered;

    /// <summary>Calls of others that were passed on.</summary>
    public long PassedOn => _introducing.PassedOn;

    /// <summary>Messages, calls and probes that were refused: malformed, forged, replayed, or over a limit.</summary>
    public long Refused => _refused + _introducing.Refused;

    /// <summary>Calls that were obeyed.</summary>
    public long Obeyed { get; private set; }

    /// <summary>Addresses in calls that were not punched.</summary>
    public long RefusedTargets { get; private set; }

    /// <summary>Punches under way.</summary>
    public int Punches => _punches.Count;

    /// <inheritdoc/>
    public long NextDeadline
    {
        get
        {
            var next = _introducing.NextDeadline;
            if (_isStarted)
                next = Math.Min(next, _registrar.NextDeadline);
            foreach (var call in _calls.Values)
                next = Math.Min(next, call.NextDeadline);
            foreach (var punch in _punches.Values)
                next = Math.Min(next, punch.NextDeadline);
            return next;
        }
    }

    private long _refused;

    /// <summary>Begins to register.</summary>
    public void Start(long now)
    {
        _isStarted = _identity is not null;
        if (_isStarted)
            _registrar.Tick(now);
    }

    /// <summary>What the node agrees to about circuits: told to introducers, callers and whoever registers here.</summary>
    public void SetRelay(bool takesCircuits, bool serves)
    {
        _registrar.TakesCircuits = takesCircuits;
        _introducing.Serves = serves;
    }

    /// <summary>Whose calls are obeyed without much ado: the whole of it.</summary>
    public void SetContacts(IEnumerable<X25519PublicKey> contacts) => _callers.SetContacts(contacts);

    /// <summary>Who is registered here under a handle.</summary>
    public bool TryFind(long now, NodeHandle handle, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Registration? registration)
    {
        registration = _introducing.Find(now, handle);
        return registration is not null;
    }

    /// <summary>Whether we are registered with the node at this address.</summary>
    public bool IsRegisteredWith(Endpoint introducer) => _registrar.Kept.Any(own => own.Introducer == introducer);

    /// <summary>The node at this address was found silent, or started anew: where it introduces us it is asked whether it still does.</summary>
    public void Suspect(long now, Endpoint introducer) => _registrar.Suspect(now, introducer);

    /// <summary>The network changed: introducers learn where we are now.</summary>
    public void NetworkChanged(long now)
    {
        _registrar.NetworkChanged(now);
        if (_isStarted)
            _registrar.Tick(now);
    }

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!ReachMessage.TryRead(datagram, out var message))
        {
            _refused++;
            return;
        }

        var wasTaken = true;
        switch (message.Type)
        {
            case ReachMessageType.Challenge or ReachMessageType.Registered or ReachMessageType.Refused:
                wasTaken = _registrar.Receive(now, from, in message);
                break;
            case ReachMessageType.Calling:
                OnCalling(now, from, in message);
                break;
            case ReachMessageType.Answered or ReachMessageType.CallRefused:
                wasTaken = OnAnswered(now, from, in message);
                break;
            case ReachMessageType.Answer when OnAnswered(now, from, in message):
                // Of one that is registered with us, to ourselves.
                break;
            default:
                _introducing.Receive(now, from, in message, datagram.Length);
                break;
        }

        if (!wasTaken)
            _refused++;
    }

    /// <summary>Takes a probe that came to the node's port.</summary>
    public void ReceiveProbe(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!ProbePacket.TryReadCall(datagram, out var call) || !_punches.TryGetValue(call, out var punch) || !punch.Receive(now, -1, from, datagram))
            _refused++;
    }

    /// <summary>Takes a probe that came to one of the further sockets of a punch.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="call">The call of the punch that opened the socket.</param>
    /// <param name="socket">Its number there.</param>
    /// <param name="from">Where it comes from.</param>
    /// <param name="datagram">All of it.</param>
    internal void ReceiveProbe(long now, ulong call, int socket, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        // Where both sides called each other there are two punches, and the sockets of the first to come serve both.
        if (!ProbePacket.TryReadCall(datagram, out var own) || !_punches.TryGetValue(own, out var punch) || !punch.Receive(now, call, socket, from, datagram))
            _refused++;
    }

    /// <inheritdoc/>
    public void Tick(long now)
    {
        if (now >= _introducing.NextDeadline)
            _introducing.Tick(now);
        if (_isStarted && now >= _registrar.NextDeadline)
            _registrar.Tick(now);
        _over.Clear();
        foreach (var punch in _punches.Values)
        {
            if (now >= punch.EndsAt)
                _over.Add(punch);
            else if (now >= punch.NextDeadline)
                punch.Tick(now);
        }

        foreach (var punch in _over)
        {
            punch.End();
            _punches.Remove(punch.Call);
        }

        TickCalls(now);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var punch in _punches.Values)
            punch.End();
        _punches.Clear();
        foreach (var call in _calls.Values)
            call.Dispose();
        _calls.Clear();
    }
}
