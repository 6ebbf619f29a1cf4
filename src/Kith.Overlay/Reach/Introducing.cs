using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>The introducer's part: keeps registrations, and passes calls and their answers on without being able to read them. Nothing that it sends is larger than what came, but for what a token has proved.</summary>
internal sealed class Introducing(IReachGround ground, IRandom random)
{
    private readonly RegistrationTable _table = new();
    private readonly AddressTokens _tokens = new(random);
    private readonly RateBucket _registers = new(ReachLimits.RegisterBurst, ReachLimits.RegistersPerSecond);
    private readonly RateBucket _calls = new(ReachLimits.CallBurst, ReachLimits.CallsPerSecond);
    private readonly Dictionary<AddressPrefix, RateBucket> _callers = [];
    private readonly Dictionary<ulong, Passing> _passing = [];
    private readonly Queue<(long Until, ulong Route)> _ends = [];

    /// <summary>Whether circuits are carried here.</summary>
    public bool Serves { get; set; }

    /// <summary>Nodes registered here.</summary>
    public int Registered => _table.Count;

    /// <summary>Calls passed on.</summary>
    public long PassedOn { get; private set; }

    /// <summary>Messages that were refused or dropped.</summary>
    public long Refused { get; private set; }

    /// <summary>When something is over.</summary>
    public long NextDeadline => Math.Min(_table.NextDeadline, _ends.TryPeek(out var end) ? end.Until : long.MaxValue);

    /// <summary>The handle of a secret: only who has the secret registers under it, and the handle does not give it away.</summary>
    public static NodeHandle HandleOf(ReadOnlySpan<byte> key)
    {
        Span<byte> input = stackalloc byte[HandleLabel.Length + ReachMessage.KeySize], hash = stackalloc byte[Sha256.HashSize];
        HandleLabel.CopyTo(input);
        key.CopyTo(input[HandleLabel.Length..]);
        Sha256.Hash(input, hash);
        _ = NodeHandle.TryRead(hash[..NodeHandle.Size], out var handle);
        return handle;
    }

    private static ReadOnlySpan<byte> HandleLabel => "kith-handle-v1\0"u8;

    /// <summary>Who is registered here.</summary>
    public Registration? Find(long now, NodeHandle handle) => _table.Find(now, handle);

    /// <summary>Forgets what is over.</summary>
    public void Tick(long now)
    {
        _table.Expire(now);
        while (_ends.TryPeek(out var end) && now >= end.Until)
        {
            _ends.Dequeue();
            _passing.Remove(end.Route);
        }
    }

    /// <summary>Takes a message to an introducer.</summary>
    public void Receive(long now, Endpoint from, in ReachMessage message, int size)
    {
        switch (message.Type)
        {
            case ReachMessageType.Register:
                OnRegister(now, from, in message, size);
                break;
            case ReachMessageType.Unregister:
                if (_tokens.Verify(now, from, message.Token))
                    _table.Remove(HandleOf(message.Key));
                break;
            case ReachMessageType.Call:
                OnCall(now, from, in message);
                break;
            default:
                OnAnswer(now, from, in message);
                break;
        }
    }

    // Callers are strangers. Who is behind a NAT itself may have answered by chance, as both sides asked at once, and must not be said to others as a way in.
    private bool IsOpen(Endpoint from) =>
        UdpPort.IsVirtual(from) || (ground.IsReachable ?? ground.Networks.Addresses.Any(own => own.IsIPv4 == from.IsIPv4 && AddressScope.KindOf(own) is AddressKind.Global or AddressKind.Documentation));

    private void OnRegister(long now, Endpoint from, in ReachMessage message, int size)
    {
        if (!_registers.TryTake(now))
        {
            Refused++;
            return;
        }

        Span<byte> token = stackalloc byte[AddressTokens.Size];
        _tokens.Write(now, from, token);
        if (!_tokens.Verify(now, from, message.Token))
        {
            Send(from, new ReachMessage { Type = ReachMessageType.Challenge, Number = message.Number, Token = token }, size);
            return;
        }

        var isNear = ground.Networks.AreLifted(from);
        var refusal = isNear || IsOpen(from) ? _table.Keep(now, HandleOf(message.Key), from, isNear, message.HasFlag) : ReachRefusal.Full;
        if (refusal != ReachRefusal.None)
        {
            Refused++;
            Send(from, new ReachMessage { Type = ReachMessageType.Refused, Number = message.Number, Refusal = refusal }, size);
            return;
        }

        // Larger than what came, and allowed to be: the token has shown that the sender receives there.
        Send(from, new ReachMessage
        {
            Type = ReachMessageType.Registered,
            Number = message.Number,
            Token = token,
            Flags = (byte)(Serves ? 1 : 0),
            Seconds = (ushort)(ReachLimits.Lifetime / 1000),
            Seen = ground.Behind(from),
            Own4 = ground.Wan4 ?? default,
            Own6 = ground.Wan6 ?? default,
        }, ReachMessage.MaxDatagram);
    }

    private void OnCall(long now, Endpoint from, in ReachMessage message)
    {
        // Whom nobody knows costs a small answer, and a flood of calls not even that.
        if (!CallerOf(from).TryTake(now) || !_calls.TryTake(now))
        {
            Refused++;
            return;
        }

        var registration = _table.Find(now, message.Handle);
        if (registration is null || !registration.Calls.TryTake(now) || _passing.Count >= ReachLimits.MaxPassing)
        {
            Refused++;
            var why = registration is null ? ReachRefusal.UnknownHandle : ReachRefusal.Rate;
            Send(from, new ReachMessage { Type = ReachMessageType.CallRefused, Number = message.Number, Refusal = why }, ReachMessage.MaxDatagram);
            return;
        }

        var route = random.NextUInt64();
        _passing[route] = new Passing(from, message.Number, registration);
        _ends.Enqueue((now + ReachLimits.PassingLife, route));
        PassedOn++;
        Send(registration.At, new ReachMessage { Type = ReachMessageType.Calling, Handle = message.Handle, Number = route, Sealed = message.Sealed }, ReachMessage.MaxDatagram);
    }

    private void OnAnswer(long now, Endpoint from, in ReachMessage message)
    {
        // Only the one that was called answers, from where it is registered, a few times; and an answer is smaller than its call.
        if (!_passing.TryGetValue(message.Number, out var passing) || passing.Registration.Handle != message.Handle || passing.Registration.At != from
            || now >= passing.Registration.Until || passing.Answers >= ReachLimits.MaxAnswersOfCall)
        {
            Refused++;
            return;
        }

        passing.Answers++;
        Send(passing.Caller, new ReachMessage { Type = ReachMessageType.Answered, Handle = message.Handle, Number = passing.Number, Sealed = message.Sealed }, ReachMessage.MaxDatagram);
    }

    private RateBucket CallerOf(Endpoint from)
    {
        var prefix = AddressPrefix.Of(from);
        if (_callers.TryGetValue(prefix, out var bucket))
            return bucket;
        if (_callers.Count >= ReachLimits.MaxCountedPrefixes)
            _callers.Clear();
        return _callers[prefix] = new RateBucket(ReachLimits.CallBurstOfPrefix, ReachLimits.CallsPerSecondOfPrefix);
    }

    private void Send(Endpoint to, in ReachMessage message, int limit)
    {
        Span<byte> datagram = stackalloc byte[ReachMessage.MaxDatagram];
        var size = message.Write(datagram);
        if (size <= limit)
            ground.Send(to, datagram[..size]);
    }

    private sealed class Passing(Endpoint caller, ulong number, Registration registration)
    {
        public Endpoint Caller => caller;

        public ulong Number => number;

        public Registration Registration => registration;

        public int Answers { get; set; }
    }
}
