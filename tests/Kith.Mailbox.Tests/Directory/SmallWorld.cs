using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Overlay;
using Kith.Overlay.Dht;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Directory;

/// <summary>A world in which holders are announced, answer or are silent as the test says; time passes when it says so.</summary>
internal sealed class SmallWorld : IDirectoryWorld
{
    private readonly Queue<Action> _events = new();
    private readonly Dictionary<NodeId, List<Endpoint>> _announced = [];
    private HolderDirectory? _directory;

    public OwnNetworks Networks { get; init; } = OwnNetworks.Loopback;

    public long Now { get; private set; } = 1_000_000;

    /// <summary>Those that do not answer.</summary>
    public HashSet<Endpoint> Silent { get; } = [];

    /// <summary>Those that answer, and offer no room.</summary>
    public HashSet<Endpoint> Guests { get; } = [];

    public List<NodeId> Looked { get; } = [];

    public List<NodeId> Announced { get; } = [];

    public List<Endpoint> Greeted { get; } = [];

    public HolderDirectory Directory => _directory ??= new HolderDirectory(this, new CountingRandom()) { GreetsAll = () => GreetsAll };

    public bool GreetsAll { get; init; }

    public void Announce(NodeId key, params IEnumerable<Endpoint> holders)
    {
        if (!_announced.TryGetValue(key, out var under))
            _announced.Add(key, under = []);
        under.AddRange(holders);
    }

    void IDirectoryWorld.Look(NodeId key)
    {
        Looked.Add(key);
        _events.Enqueue(() => Directory.Found(Now, key, [.. _announced.GetValueOrDefault(key) ?? []], isFinished: true));
    }

    void IDirectoryWorld.Announce(NodeId key)
    {
        Announced.Add(key);
        _events.Enqueue(() => Directory.Announced(Now, 3));
    }

    void IDirectoryWorld.Greet(Endpoint holder)
    {
        Greeted.Add(holder);
        if (!Silent.Contains(holder))
            _events.Enqueue(() => Directory.Greeted(Now, holder, !Guests.Contains(holder)));
    }

    /// <summary>Lets what is due happen until nothing is, without time passing.</summary>
    public void Settle()
    {
        while (_events.Count > 0 || Directory.NextDeadline <= Now)
        {
            while (_events.TryDequeue(out var happened))
                happened();
            if (Directory.NextDeadline <= Now)
                Directory.Tick(Now);
        }
    }

    public void Pass(long milliseconds)
    {
        var end = Now + milliseconds;
        while (Directory.NextDeadline < end)
        {
            Now = Math.Max(Now, Directory.NextDeadline);
            Settle();
        }

        Now = end;
        Settle();
    }

    /// <summary>A search; null while it has brought nothing.</summary>
    public Func<IReadOnlyList<Endpoint>?> Find(BoxAddress address, int count)
    {
        IReadOnlyList<Endpoint>? result = null;
        Directory.Find(Now, address, count, (_, holders) => result = result is null ? holders : throw new InvalidOperationException("told twice"));
        Assert.Null(result);
        return () => result;
    }

    private sealed class CountingRandom : Crypto.IRandom
    {
        private byte _next;

        public void Fill(Span<byte> destination)
        {
            foreach (ref var one in destination)
                one = _next++;
        }
    }
}
