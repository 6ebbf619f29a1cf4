using System.Globalization;
using System.Text;
using Kith.Overlay;
using Kith.Overlay.Walker;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Walker;

/// <summary>Attackers who are everybody's peers ask everybody, again and again, to puncture somebody who has nothing to do with it.</summary>
public sealed class AimingTests(ITestOutputHelper output)
{
    private const long Minutes = 10;

    private static readonly string[] NeverPunctured =
    [
        "10.1.2.3:5000", "127.0.0.1:5000", "192.168.0.1:5000", "169.254.1.1:5000", "100.64.0.1:5000", "224.0.0.251:5353", "239.255.255.250:5000", "255.255.255.255:5000", "0.0.0.0:5000",
        "[ff02::1]:5000", "[::1]:5000", "[fe80::1]:5000", "81.2.69.160:53",
    ];

    [Fact]
    public void PrivateMulticastAndSystemTargets_GetNothing() => SimulationRun.Under(seed =>
    {
        var victims = NeverPunctured.Select(text => Endpoint.TryParse(text, out var victim) ? victim : default).ToArray();
        Assert.All(victims, victim => Assert.NotEqual(0, victim.Port));
        Assert.Equal(0, Attack(seed, victims).Datagrams);
    });

    [Fact]
    public void ThirdParty_GetsLessThanTheAttackersSpend() => SimulationRun.Under(seed =>
    {
        var (datagrams, bytes, spentDatagrams, spentBytes, honest) = Attack(seed, null);
        output.WriteLine($"10 attackers for {Minutes} min among {honest}: {spentDatagrams} requests of {spentBytes} bytes brought the victim {datagrams} datagrams of {bytes} bytes");

        // A few of each node at the most, whatever the attackers spend.
        Assert.True(datagrams <= honest * 4);
        Assert.True(bytes * 100 <= spentBytes);
    });

    private static (int Datagrams, long Bytes, int SpentDatagrams, long SpentBytes, int Honest) Attack(ulong seed, Endpoint[]? targets)
    {
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        var network = world.Network;
        world.AddMixed(60);
        foreach (var node in world.Walkers.Skip(1))
            WalkerWorld.Enter(node, world.Walkers[0]);
        network.Run(10_000);
        var victims = targets ?? [network.Addresses.NextPublic()];
        var (datagrams, bytes) = (0, 0L);
        network.Watch = (from, to, datagram) =>
        {
            if (!victims.Contains(to) || from.Index >= world.Walkers.Count)
                return;
            datagrams++;
            bytes += datagram.Length;
        };
        var attackers = Enumerable.Range(0, 10).Select(_ => network.Add(node => new AimingWalker(node, victims))).ToArray();
        foreach (var attacker in attackers)
            attacker.Do((core, now) => core.Enter(now, world.Walkers[0].Address));
        network.Run(Minutes * 60_000);
        Assert.True(attackers.Sum(attacker => attacker.Core.Requests) > 10_000);
        return (datagrams, bytes, attackers.Sum(attacker => attacker.Core.Requests), attackers.Sum(attacker => attacker.Core.RequestBytes), world.Walkers.Count);
    }

    /// <summary>An honest walker to all appearances, which besides sends everybody that it hears a puncture request each second, in the seed's dialect and in Kith's.</summary>
    private sealed class AimingWalker(SimulatedNode node, Endpoint[] victims) : IDatagramCore
    {
        private const long Interval = 1_000;
        private readonly WalkerCore _honest = WalkerWorld.Make(node);
        private readonly Dictionary<Endpoint, byte[]> _tokens = [];
        private long _next = long.MaxValue;

        public int Requests { get; private set; }

        public long RequestBytes { get; private set; }

        public long NextDeadline => Math.Min(_next, _honest.NextDeadline);

        public void Enter(long now, Endpoint entry)
        {
            _honest.Introduce(now, entry);
            _next = now + Interval;
        }

        public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
        {
            _tokens[from] = WalkerReader.TryRead(datagram, out var message) && message.SpeaksKith ? message.Token.ToArray() : [];
            _honest.Receive(now, from, datagram);
        }

        public void Tick(long now)
        {
            _honest.Tick(now);
            if (now < _next)
                return;
            _next = now + Interval;
            foreach (var (peer, token) in _tokens)
            {
                var request = Request(peer, token);
                node.Send(peer, request);
                Requests++;
                RequestBytes += request.Length;
            }
        }

        private byte[] Request(Endpoint peer, byte[] token)
        {
            static string Entry(string key, Endpoint endpoint)
            {
                var address = endpoint.ToAddress().ToString();
                return string.Create(CultureInfo.InvariantCulture, $"{key.Length}:{key}d7:address{address.Length}:{address}4:porti{endpoint.Port}ee");
            }

            var echo = token.Length == 0 ? [] : (byte[])[.. Encoding.ASCII.GetBytes($"1:e{token.Length}:"), .. token];
            return
            [
                .. Encoding.ASCII.GetBytes("d" + Entry("destination", peer)), .. echo,
                .. Encoding.ASCII.GetBytes($"7:peer_id8:{_honest.PeerId}" + Entry("puncture_peer", victims[Requests % victims.Length]) + Entry("source", Endpoint.FromIPv4(0, 1)) + "4:typei3e" + (token.Length == 0 ? "" : "1:v4:KI01") + "e"),
            ];
        }
    }
}
