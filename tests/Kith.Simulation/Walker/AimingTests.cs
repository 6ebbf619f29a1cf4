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
    private const long ShortMinutes = 2;

    [Theory]
    [InlineData("10.1.2.3:5000")]
    [InlineData("127.0.0.1:5000")]
    [InlineData("192.168.0.1:5000")]
    [InlineData("169.254.1.1:5000")]
    [InlineData("224.0.0.251:5353")]
    [InlineData("255.255.255.255:5000")]
    [InlineData("0.0.0.0:5000")]
    [InlineData("[ff02::1]:5000")]
    [InlineData("[::1]:5000")]
    [InlineData("81.2.69.160:53")]
    public void PrivateMulticastAndSystemTargets_GetNothing(string target) => SimulationRun.Under(seed =>
    {
        Assert.True(Endpoint.TryParse(target, out var victim));
        var figures = Attack(seed, victim, ShortMinutes);
        Assert.Equal(0, figures.Datagrams);
    }, nameof(PrivateMulticastAndSystemTargets_GetNothing));

    [Fact]
    public void ThirdParty_GetsLessThanTheAttackersSpend() => SimulationRun.Under(seed =>
    {
        var (datagrams, bytes, spentDatagrams, spentBytes, honest) = Attack(seed, null, Minutes);
        output.WriteLine($"10 attackers for {Minutes} min among {honest}: {spentDatagrams} requests of {spentBytes} bytes brought the victim {datagrams} datagrams of {bytes} bytes");

        // One puncture of one node each minute at the most, whatever the attackers spend.
        Assert.True(datagrams <= honest * Minutes);
        Assert.True(bytes * 10 <= spentBytes);
    });

    private static (int Datagrams, long Bytes, int SpentDatagrams, long SpentBytes, int Honest) Attack(ulong seed, Endpoint? target, long minutes)
    {
        var world = new WalkerWorld(seed, LinkQuality.Internet);
        var network = world.Network;
        world.AddMixed(60);
        foreach (var node in world.Walkers.Skip(1))
            WalkerWorld.Enter(node, world.Walkers[0]);
        network.Run(10_000);
        var victim = target ?? network.Addresses.NextPublic();
        var (datagrams, bytes) = (0, 0L);
        network.Watch = (from, to, datagram) =>
        {
            if (to != victim || from.Index >= world.Walkers.Count)
                return;
            datagrams++;
            bytes += datagram.Length;
        };
        var attackers = Enumerable.Range(0, 10).Select(_ => network.Add(node => new AimingWalker(node, victim))).ToArray();
        foreach (var attacker in attackers)
            attacker.Do((core, now) => core.Enter(now, world.Walkers[0].Address));
        network.Run(minutes * 60_000);
        Assert.All(attackers, attacker => Assert.True(attacker.Core.Requests > 1_000));
        return (datagrams, bytes, attackers.Sum(attacker => attacker.Core.Requests), attackers.Sum(attacker => attacker.Core.RequestBytes), world.Walkers.Count);
    }

    /// <summary>An honest walker to all appearances, which besides sends everybody that it hears a puncture request each second, in the seed's dialect and in Kith's.</summary>
    private sealed class AimingWalker(SimulatedNode node, Endpoint victim) : IDatagramCore
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
                .. Encoding.ASCII.GetBytes($"7:peer_id8:{_honest.PeerId}" + Entry("puncture_peer", victim) + Entry("source", Endpoint.FromIPv4(0, 1)) + "4:typei3e" + (token.Length == 0 ? "" : "1:v4:KI01") + "e"),
            ];
        }
    }
}
