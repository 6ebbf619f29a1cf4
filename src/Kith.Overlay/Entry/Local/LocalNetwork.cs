using System.Net;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Entry.Local;

/// <summary>Announces this node on the local network and hears others there (docs/protocol/entry.md, section 2).</summary>
internal sealed class LocalNetwork(EntryOptions options, IEntryEffects effects, IRandom random)
{
    /// <summary>When a burst announces, milliseconds from its beginning: several times, as multicast on radio is lost often.</summary>
    private static readonly long[] Burst = [0, 150, 500, 1_200, 3_000];

    /// <summary>The first pause after a burst while there are no peers; doubled each time.</summary>
    public const long FirstPause = 5_000;

    /// <summary>The longest pause while there are no peers.</summary>
    public const long LongestPause = 60_000;

    /// <summary>The pause while there are peers: others hear a newcomer by its own burst.</summary>
    public const long PauseWithPeers = 300_000;

    /// <summary>Beacons heeded a second, and at once after a silence twice as many; what is more is dropped.</summary>
    public const int BeaconsPerSecond = 20;

    /// <summary>Between two answers to one node.</summary>
    public const long AnswerPause = 1_000;

    private const int MaxAnswered = 256;

    private readonly ulong _run = random.NextUInt64();
    private readonly Dictionary<Endpoint, long> _answered = [];
    private int _step = Burst.Length;
    private long _burstStart;
    private int _pauses;
    private double _tokens = 2 * BeaconsPerSecond;
    private long _tokensAt = long.MinValue;

    public long NextDeadline { get; private set; } = long.MaxValue;

    public bool HasPeers { get; set; }

    /// <summary>Begins a burst.</summary>
    public void Announce(long now)
    {
        if (!options.LocalNetwork)
            return;
        _step = 0;
        _pauses = 0;
        _burstStart = now;
        NextDeadline = now;
    }

    public void Tick(long now)
    {
        if (now < NextDeadline)
            return;
        Span<byte> beacon = stackalloc byte[LocalBeacon.MaxSize];
        effects.SendMulticast(beacon[..new LocalBeacon(options.ListenPort, _run, null, !HasPeers).Write(beacon)]);
        if (++_step < Burst.Length)
        {
            NextDeadline = _burstStart + Burst[_step];
            return;
        }

        var pause = HasPeers ? PauseWithPeers : Math.Min(FirstPause << Math.Min(_pauses++, 8), LongestPause);
        NextDeadline = now + (pause * (75 + random.NextInt32(51)) / 100);
    }

    /// <summary>Takes what came to the group; true when a node is there.</summary>
    public bool TryHear(long now, Endpoint from, ReadOnlySpan<byte> datagram, out Endpoint node, out ulong run)
    {
        node = default;
        run = 0;
        if (!options.LocalNetwork || !LocalBeacon.TryRead(datagram, out var beacon) || beacon.To is not null || beacon.Run == _run)
            return false;
        if ((options.LoopbackOnly && !IPAddress.IsLoopback(from.ToAddress())) || !TakeToken(now))
            return false;
        node = from.WithPort(beacon.Port);
        run = beacon.Run;
        if (beacon.Want && MayAnswer(now, node))
        {
            Span<byte> answer = stackalloc byte[LocalBeacon.MaxSize];
            effects.Send(node, answer[..new LocalBeacon(options.ListenPort, _run, beacon.Run, Want: false).Write(answer)]);
        }

        return true;
    }

    /// <summary>Takes an answer that came to the overlay's own socket. It must say our run, which only the local network has heard.</summary>
    public bool TryTakeAnswer(long now, Endpoint from, ReadOnlySpan<byte> datagram, out ulong run)
    {
        run = 0;
        if (!options.LocalNetwork || !LocalBeacon.TryRead(datagram, out var beacon) || beacon.To != _run || beacon.Run == _run || !TakeToken(now))
            return false;
        run = beacon.Run;
        return true;
    }

    private bool MayAnswer(long now, Endpoint node)
    {
        if (_answered.TryGetValue(node, out var last) && now - last < AnswerPause)
            return false;
        if (_answered.Count >= MaxAnswered)
            _answered.Clear(); // the tokens still bound the rate
        _answered[node] = now;
        return true;
    }

    private bool TakeToken(long now)
    {
        if (_tokensAt != long.MinValue)
            _tokens = Math.Min(2 * BeaconsPerSecond, _tokens + ((now - _tokensAt) * BeaconsPerSecond / 1000.0));
        _tokensAt = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
