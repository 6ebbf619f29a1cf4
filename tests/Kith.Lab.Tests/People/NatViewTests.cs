using System.Text.Json;
using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>A node finds out what it is behind, and says so to its owner, as plain sockets have proved it to be.</summary>
[Collection(Towns.OneAtATime)]
public sealed class NatViewTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<NatKind, string> Words = new()
    {
        [NatKind.Public] = "none",
        [NatKind.FullCone] = "full-cone",
        [NatKind.AddressRestricted] = "address-restricted",
        [NatKind.PortRestricted] = "port-restricted",
        [NatKind.Symmetric] = "symmetric",
        [NatKind.TwoLevels] = "port-restricted",
        [NatKind.Hairpin] = "port-restricted",
        [NatKind.NoHairpin] = "port-restricted",
        [NatKind.UdpBlocked] = "blocked",
        [NatKind.OnlyTcp443] = "blocked",
        [NatKind.OnlyIPv6] = "firewall",
        [NatKind.ShortMemory] = "port-restricted",
        [NatKind.VeryShortMemory] = "port-restricted",
        [NatKind.Lossy] = "port-restricted",
    };

    [Fact]
    public async Task EachKind_IsToldByItsName()
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var town = await Town.CreateAsync([.. Words.Keys], hasSecond: true);
        var told = await Task.WhenAll(Words.Select(async pair =>
        {
            var (kind, person) = (pair.Key, town.Of(pair.Key).One);
            var took = await Eventually.AskAsync(async () => Kind(await person.Api.GetAsync("network")) == pair.Value, Patience);
            var detail = (await person.Api.GetAsync("network")).GetProperty("natDetail");
            output.WriteLine($"{kind}: {took?.TotalMilliseconds:0} ms, {detail}");
            return (kind, Is: detail.GetProperty("kind").GetString());
        }));
        Assert.All(told, one => Assert.Equal((one.kind, Words[one.kind]), one));
    }

    private static string? Kind(JsonElement network) => network.GetProperty("natDetail").GetProperty("kind").GetString();
}
