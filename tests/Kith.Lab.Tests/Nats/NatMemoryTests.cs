using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.Nats;

/// <summary>NATs with a short memory remember as long as their names say; beside the other proofs, since it takes real time.</summary>
public sealed class NatMemoryTests
{
    [Fact]
    public async Task ShortMemories_ForgetAfterTheirTime()
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var lab = await LabInternet.CreateAsync();
        var server = await lab.AddServerAsync();
        var (shorter, longer, usual) = (await lab.AddAsync(NatKind.VeryShortMemory), await lab.AddAsync(NatKind.ShortMemory), await lab.AddAsync(NatKind.PortRestricted));
        await Task.WhenAll(
            AssertForgetsAsync(server, shorter, remembers: 9, forgets: 14),
            AssertForgetsAsync(server, longer, remembers: 16, forgets: 23),
            AssertForgetsAsync(server, usual, remembers: 23, forgets: null));
    }

    private static async Task AssertForgetsAsync(LabMachine server, LabNetwork network, int remembers, int? forgets)
    {
        using var prober = new NatProber(server);
        var mapping = await prober.MapAsync(network.Person);
        using (mapping.Socket)
        {
            // The kernel's own clock counts here: there is nothing to wait for but time.
            await Task.Delay(TimeSpan.FromSeconds(remembers));
            Assert.True(await prober.StillThereAsync(mapping), $"{network.Kind} forgot within {remembers} s");
            if (forgets is not { } seconds)
                return;
            await Task.Delay(TimeSpan.FromSeconds(seconds));
            Assert.False(await prober.StillThereAsync(mapping), $"{network.Kind} remembers after {forgets} s");
        }
    }
}
