using Kith.Crypto;
using Kith.Overlay.Rendezvous;
using Kith.Simulation.Network;

namespace Kith.Overlay.Tests.Rendezvous;

/// <summary>A publisher and a finder on one DHT, under a clock of the test's.</summary>
internal sealed class World
{
    public const long Hour = 60 * 60 * 1000;
    public const long Start = 1_790_000_000_000;

    private readonly SimulatedRandom _random = new(1);

    public World()
    {
        Core = new RendezvousCore(Items, _random);
        Maker = Ed25519PrivateKey.Generate(_random);
    }

    public FakeItems Items { get; } = new();

    public RendezvousCore Core { get; }

    public Ed25519PrivateKey Maker { get; }

    public long Now { get; set; } = Start;

    public IRandom Random => _random;

    public static FindSecret Secret(byte fill) => new([.. Enumerable.Repeat(fill, FindSecret.Size)]);

    public Publication Publication(byte secret, params string[] addresses) => new(Secret(secret), Maker, new Contactable(addresses));

    public void Publish(params Publication[] publications) => Core.Publish(Now, publications);

    /// <summary>Lets time pass; the DHT answers at once.</summary>
    public void Pass(long milliseconds)
    {
        for (var end = Now + milliseconds; ;)
        {
            Items.Answer();
            if (Core.NextDeadline > end)
            {
                Now = end;
                return;
            }

            Now = Math.Max(Now, Core.NextDeadline);
            Core.Tick(Now);
        }
    }

    /// <summary>All reports of a search by a clock that differs from the publisher's.</summary>
    public List<SearchProgress> Find(byte secret, long clockOff = 0, Ed25519PublicKey? maker = null)
    {
        var reports = new List<SearchProgress>();
        Core.Find(Now + clockOff, Secret(secret), maker ?? Maker.PublicKey, reports.Add);
        for (var round = 0; round < 4; round++)
            Items.Answer();
        Assert.True(reports[^1].IsFinished);
        return reports;
    }

    public IReadOnlyList<string>? Addresses(byte secret, long clockOff = 0) => Find(secret, clockOff)[^1].Record?.Content.Addresses;
}
