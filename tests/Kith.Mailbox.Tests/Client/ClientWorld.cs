using System.Buffers;
using System.Globalization;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>Writers, readers and holders on a virtual clock; everything between them goes through frames. Deterministic by its seed.</summary>
internal sealed class ClientWorld
{
    public const long Latency = 10;
    private const long HostPatience = 5_000;

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Random _random;
    private long _order;

    public ClientWorld(int holders = 16, int seed = 1, Func<SimulatedHolder>? make = null)
    {
        _random = new Random(seed);
        Random = new SeededRandom(new Random(seed + 1));
        for (var i = 0; i < holders; i++)
            Holders[Endpoint.FromIPv4(0xC612_0000U + (uint)(i << 8), 7300)] = make?.Invoke() ?? new SimulatedHolder();
    }

    public long Now { get; private set; } = Rows.Now;

    public IRandom Random { get; }

    public Dictionary<Endpoint, SimulatedHolder> Holders { get; } = [];

    public double Loss { get; set; }

    public List<TestClient> Clients { get; } = [];

    /// <summary>Requests of all clients by kind.</summary>
    public Dictionary<Type, int> Asked { get; } = [];

    /// <summary>The holders of a box, nearest first.</summary>
    public List<SimulatedHolder> Nearest(BoxAddress address) => [.. Places(address).Select(at => Holders[at])];

    public void At(long at, Action action) => _events.Enqueue(action, (Math.Max(at, Now), _order++));

    public void Run(TimeSpan time) => RunUntil(() => false, time);

    /// <summary>Until something holds; false when it has not after that time.</summary>
    public bool RunUntil(Func<bool> holds, TimeSpan most)
    {
        var end = Now + (long)most.TotalMilliseconds;
        while (!holds())
        {
            var next = Math.Min(_events.TryPeek(out _, out var first) ? first.At : long.MaxValue, Clients.Min(client => client.NextDeadline));
            if (next > end)
            {
                Now = end;
                return holds();
            }

            Now = Math.Max(Now, next);
            while (_events.TryPeek(out var action, out var due) && due.At <= Now)
            {
                _events.Dequeue();
                action();
            }

            foreach (var client in Clients)
                client.Tick();
        }

        return true;
    }

    public void Find(TestClient client, BoxAddress address, int count, IReadOnlyList<string> preferred)
    {
        List<HolderHandle> found = [.. preferred.Select(text => new HolderHandle(Parse(text), true)), .. Places(address).Take(count).Select(at => new HolderHandle(at))];
        At(Now + (2 * Latency), () => client.Found(address, found));
    }

    public void Ask(TestClient client, long ticket, HolderHandle holder, MailboxRequest request)
    {
        Asked[request.GetType()] = Asked.GetValueOrDefault(request.GetType()) + 1;
        var session = Sha256.Hash(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{client.Number} {holder.At}")));
        var sent = Through(request, session);
        var isAnswered = false;
        var delay = Latency + _random.Next((int)Latency);
        if (_random.NextDouble() >= Loss)
        {
            At(Now + delay, () => Holders[holder.At].Handle(Now, sent, session, answer =>
            {
                isAnswered = true;
                var back = answer is null ? null : Through(answer);
                At(Now + delay, () => client.Answered(ticket, back, back is null ? AskFailure.Ended : AskFailure.None));
            }));
        }

        At(Now + HostPatience, () =>
        {
            if (!isAnswered)
                client.Answered(ticket, null, AskFailure.Unreachable);
        });
    }

    private static Endpoint Parse(string text) => Endpoint.TryParse(text, out var at) ? at : throw new ArgumentException("no endpoint", nameof(text));

    private IEnumerable<Endpoint> Places(BoxAddress address) =>
        Holders.Keys.Select(at => (At: at, Place: Place(at))).Order(Comparer<(Endpoint At, BoxAddress Place)>.Create((a, b) => address.CompareDistance(a.Place, b.Place))).Select(one => one.At);

    private static BoxAddress Place(Endpoint at) => BoxAddress.FromBytes(Sha256.Hash(System.Text.Encoding.ASCII.GetBytes(at.ToString())));

    internal static MailboxRequest Through(MailboxRequest request, byte[] session)
    {
        using var writer = new WireWriter();
        RequestFormat.Write(writer, 1, request, session);
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(FrameStatus.Taken, Frame.TryTake(ref buffer, out var frame));
        Assert.True(RequestFormat.TryRead(frame, out _, out var back));
        return back;
    }

    private static MailboxAnswer Through(MailboxAnswer answer)
    {
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, 1, answer);
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(FrameStatus.Taken, Frame.TryTake(ref buffer, out var frame));
        Assert.True(AnswerFormat.TryRead(frame, out _, out var back));
        return back;
    }

    private sealed class SeededRandom(Random random) : IRandom
    {
        public void Fill(Span<byte> destination) => random.NextBytes(destination);
    }
}
