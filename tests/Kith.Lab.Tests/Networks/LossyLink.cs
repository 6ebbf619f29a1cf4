using System.Net;
using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.Networks;

/// <summary>Two machines and a router between them that loses packets at random, each way. For what is measured beside TCP; no NAT, no delay but the machine's own.</summary>
internal sealed class LossyLink : IAsyncDisposable
{
    private const string Prefix = "kloss";
    private static int _links;
    private readonly NetworkNamespace _router;

    private LossyLink(NetworkNamespace router, LabMachine one, LabMachine other)
    {
        _router = router;
        One = one;
        Other = other;
    }

    public LabMachine One { get; }

    public LabMachine Other { get; }

    /// <param name="perMille">Packets of a thousand that are lost; 10 for one in a hundred.</param>
    public static async Task<LossyLink> CreateAsync(int perMille)
    {
        await NetworkNamespace.SweepAsync(Prefix);
        var name = $"{Prefix}{Environment.ProcessId}x{Interlocked.Increment(ref _links)}";
        var router = await NetworkNamespace.CreateAsync(name + "-router");
        var link = new LossyLink(router, await AddAsync(router, name, 1), await AddAsync(router, name, 2));
        await router.SetAsync("net.ipv4.ip_forward=1");
        await router.AddRulesAsync(NatRules.Loss(perMille));
        return link;
    }

    public async ValueTask DisposeAsync()
    {
        await One.Namespace.DeleteAsync();
        await Other.Namespace.DeleteAsync();
        await _router.DeleteAsync();
    }

    private static async Task<LabMachine> AddAsync(NetworkNamespace router, string name, int number)
    {
        var machine = await NetworkNamespace.CreateAsync($"{name}-{number}");
        await NetworkNamespace.ConnectAsync(router, $"to{number}", machine, "eth0");
        await router.AddAddressAsync($"10.{number}.0.1/24", $"to{number}");
        await machine.AddAddressAsync($"10.{number}.0.2/24", "eth0");
        await machine.IpAsync("route", "add", "default", "via", $"10.{number}.0.1");
        return new LabMachine(machine, [IPAddress.Parse($"10.{number}.0.2")]);
    }
}
