using System.Net;
using Kith.Crypto;
using Kith.Overlay.Entry;
using Kith.Wire;

namespace Kith.Overlay.Tests.Entry;

/// <summary>One core with a clock that moves only when told to; notes what it wants done and answers as each test says.</summary>
internal sealed class EntryWorld : IEntryEffects
{
    private readonly List<(long At, Action Then)> _later = [];

    public EntryWorld(EntryOptions options, int seed = 1)
    {
        Core = new EntryCore(options, this, new SeededRandom((ulong)seed));
    }

    public EntryCore Core { get; }

    /// <summary>Some day in 2026.</summary>
    public long Now { get; private set; } = 1_790_000_000_000;

    /// <summary>Milliseconds from its making.</summary>
    public long Elapsed => Now - 1_790_000_000_000;

    /// <summary>Nodes that are there.</summary>
    public HashSet<Endpoint> Alive { get; } = [];

    public List<(long At, Endpoint Node, EntrySource Source)> Asks { get; } = [];

    public List<(Endpoint To, byte[] Datagram)> Sent { get; } = [];

    public List<(long At, byte[] Datagram)> Multicasts { get; } = [];

    public List<string> Resolves { get; } = [];

    /// <summary>What the system's resolver says, after how long.</summary>
    public Dictionary<string, (long Delay, IPAddress[] Addresses, ResolveError Error)> Names { get; } = [];

    /// <summary>The DNS server: the answer to a message, or null for none.</summary>
    public Func<Endpoint?, ReadOnlyMemory<byte>, byte[]?> Dns { get; set; } = (_, _) => null;

    public long RoundTrip { get; set; } = 10;

    public EntryView this[string address] => Core.View.Single(view => view.Address == address);

    public void Ask(Endpoint node, EntrySource source)
    {
        Asks.Add((Elapsed, node, source));
        if (Alive.Contains(node))
            Later(RoundTrip, () => Core.Answered(Now, node));
    }

    public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => Sent.Add((to, datagram.ToArray()));

    public void SendMulticast(ReadOnlySpan<byte> datagram) => Multicasts.Add((Elapsed, datagram.ToArray()));

    public void Resolve(int id, string host)
    {
        Resolves.Add(host);
        if (Names.TryGetValue(host, out var name))
            Later(name.Delay, () => Core.Resolved(Now, id, name.Addresses, name.Error));
    }

    public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message)
    {
        var copy = message.ToArray();
        Later(RoundTrip, () => Core.Exchanged(Now, id, Dns(server, copy)));
    }

    public void Later(long delay, Action then) => _later.Add((Now + delay, then));

    public void Start() => Core.Start(Now);

    /// <summary>Lets time pass, each thing at its own moment.</summary>
    public void Run(long milliseconds)
    {
        var end = Now + milliseconds;
        while (true)
        {
            var next = Math.Min(Core.NextDeadline, _later.Count == 0 ? long.MaxValue : _later.Min(later => later.At));
            if (next > end)
                break;
            Now = Math.Max(Now, next);
            if (_later.FindIndex(later => later.At <= Now) is >= 0 and var index)
            {
                var (_, then) = _later[index];
                _later.RemoveAt(index);
                then();
            }
            else
            {
                Core.Tick(Now);
                Assert.True(Core.NextDeadline > Now, "the core wants to be called again at once");
            }
        }

        Now = end;
    }
}
