using System.Text.Json;
using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.People;

/// <summary>What each kind of NAT is called: a node finds out what it is behind, and says so to its owner, as plain sockets have proved it to be.</summary>
internal static class NatNames
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

    /// <summary>Waits until the first person of each kind is told; those who are told something else, or nothing.</summary>
    public static async Task<List<string>> WrongAsync(Town town, Action<string> say)
    {
        var told = await Task.WhenAll(Words.Where(pair => town.Has(pair.Key)).Select(async pair =>
        {
            var (kind, person) = (pair.Key, town.Of(pair.Key).One);
            var took = await Eventually.AskAsync(async () => Kind(await person.Api.GetAsync("network")) == pair.Value, Patience);
            var detail = (await person.Api.GetAsync("network")).GetProperty("natDetail");
            say($"{kind}: {took?.TotalMilliseconds:0} ms, {detail}");
            return took is null ? $"{kind}: {detail}" : null;
        }));
        return [.. told.OfType<string>()];
    }

    private static string? Kind(JsonElement network) => network.GetProperty("natDetail").GetProperty("kind").GetString();
}
