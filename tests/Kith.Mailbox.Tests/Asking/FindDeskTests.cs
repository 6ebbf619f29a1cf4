using Kith.Crypto;
using Kith.Mailbox.Asking;
using Kith.Mailbox.Tests.Holding;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Asking;

/// <summary>What is said to those who ask which holders there are, and what is refused.</summary>
public sealed class FindDeskTests : IFindWorld
{
    private readonly ManualTime _time = new();
    private readonly List<(FindRequest Request, Action<IReadOnlyList<FoundHolder>> Found)> _looks = [];
    private readonly FindDesk _desk;
    private bool _passes = true;

    public FindDeskTests() => _desk = new FindDesk(this, _time);

    bool IFindWorld.Passes => _passes;

    void IFindWorld.Find(FindRequest request, Action<IReadOnlyList<FoundHolder>> found) => _looks.Add((request, found));

    [Fact]
    public void OneSearch_ServesAllWhoAskForTheSame()
    {
        var clients = Enumerable.Range(0, 5).Select(HoldingClient.Stranger).ToList();
        for (var i = 0; i < clients.Count; i++)
            _desk.Take(clients[i], (ulong)i, new FindRequest(2, 0));
        Assert.Single(_looks);
        _looks[0].Found([.. Enumerable.Range(0, 40).Select(Holder)]);
        Assert.All(clients, client => Assert.Equal(FindLimits.Holders, Last(client).Holders.Count));
        _desk.Take(clients[0], 9, new FindRequest(2, 0));
        Assert.Single(_looks);
        _time.Advance(TimeSpan.FromMilliseconds(FindLimits.AnswerLifetime));
        _desk.Take(clients[0], 10, new FindRequest(2, 0));
        Assert.Equal(2, _looks.Count);
    }

    [Fact]
    public void WhoPassesNothingOn_SaysNothing()
    {
        _passes = false;
        var client = HoldingClient.Stranger(1);
        _desk.Take(client, 1, new FindRequest(0, 0));
        Assert.Equal(DropCode.NoRoom, Last(client).Code);
        Assert.Empty(_looks);
    }

    [Fact]
    public void Searches_AreBoundedForOneClient_ForOnePrefix_AndInAll()
    {
        var client = HoldingClient.Stranger(1);
        for (var i = 0U; i <= FindLimits.SearchesOfClient; i++)
            _desk.Take(client, i, new FindRequest(32, i));
        Assert.Equal(FindLimits.SearchesOfClient, _looks.Count);
        Assert.Equal(DropCode.Busy, Last(client).Code);
        for (var i = 0U; i <= FindLimits.Searches; i++)
            _desk.Take(HoldingClient.Stranger((int)i + 2), i, new FindRequest(32, 1_000 + i));
        Assert.Equal(FindLimits.Searches, _looks.Count);

        var rates = new FindDesk(this, _time);
        _looks.Clear();
        client = HoldingClient.Stranger(1);
        for (var i = 0U; i < FindLimits.Burst + 5; i++)
        {
            rates.Take(client, i, new FindRequest(32, i));
            if (_looks.Count > i)
                _looks[^1].Found([]);
        }

        Assert.Equal(FindLimits.Burst, _looks.Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        rates.Take(client, 9_999, new FindRequest(32, 9_999));
        Assert.Equal(FindLimits.Burst + 1, _looks.Count);
    }

    private static FoundHolder Holder(int number) => new(Endpoint.FromIPv4(0x0800_0005 + ((uint)number << 8), 7300), X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey);

    private static FoundAnswer Last(HoldingClient client) => Assert.IsType<FoundAnswer>(client.Answers.Values.Last());

    private sealed class ManualTime : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
