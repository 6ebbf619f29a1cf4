using System.Net;
using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.Networks;

/// <summary>
/// An internet of network namespaces: a core that routes between public addresses of both families, and at its edge public machines and networks behind NATs of every kind.
/// No way leads out of it. The addresses are such as the overlay takes for public ones, each network in a block of its own, as it counts neighbours in one block together.
/// </summary>
internal sealed class LabInternet : IAsyncDisposable
{
    private const string Prefix = "klab";
    private const string Inside = "eth0";
    private const int FirstBlock = 20; // 20.77.0.0/16 and up; short of 100.64.0.0/10
    private const int MostNetworks = 79;
    private static int _labs;
    private readonly string _name = $"{Prefix}{Environment.ProcessId}x{Interlocked.Increment(ref _labs)}";
    private readonly List<NetworkNamespace> _namespaces = [];
    private NetworkNamespace _core = null!;
    private int _networks;

    private LabInternet()
    {
    }

    public static async Task<LabInternet> CreateAsync()
    {
        await NetworkNamespace.SweepAsync(Prefix);
        var lab = new LabInternet();
        lab._core = await lab.AddNamespaceAsync("core");
        await lab._core.SetAsync("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        return lab;
    }

    /// <summary>Adds a machine with two public addresses of each family, and no NAT before it.</summary>
    public async Task<LabMachine> AddServerAsync()
    {
        var number = NextNumber();
        var machine = await AddNamespaceAsync($"{number}server");
        var (address, address6) = await AttachAsync(machine, number, ipv4: true, ipv6: true);
        var (second, second6) = ($"{FirstBlock + number}.77.2.2", $"2a00:{number}::3");
        await machine.AddAddressAsync(second + "/16", NatRules.Outside);
        await machine.AddAddressAsync(second6 + "/64", NatRules.Outside);
        return new LabMachine(machine, [IPAddress.Parse(address), IPAddress.Parse(address6), IPAddress.Parse(second), IPAddress.Parse(second6)]);
    }

    /// <summary>Adds a network of a kind with its people: two behind a NAT that is about how they reach each other, one otherwise.</summary>
    public async Task<LabNetwork> AddAsync(NatKind kind)
    {
        var number = NextNumber();
        return kind switch
        {
            NatKind.Public => await AddPublicAsync(number),
            NatKind.OnlyIPv6 => await AddIPv6Async(number),
            NatKind.TwoLevels => await AddTwoLevelsAsync(number),
            NatKind.Hairpin or NatKind.NoHairpin => await AddHomeAsync(kind, number, people: 2),
            _ => await AddHomeAsync(kind, number, people: 1),
        };
    }

    /// <summary>Unplugs a person and plugs them in at another network, where they get an address that nobody has: every address they had is gone, as by a walk out of the house.</summary>
    public async Task<LabMachine> MoveAsync(LabMachine person, LabNetwork to)
    {
        await person.Namespace.IpAsync("link", "del", Inside);
        return await PlugInAsync(person.Namespace, to.Routers[^1], interfaces: NextNumber());
    }

    /// <summary>Switches a person's interface off, or on with the addresses it had.</summary>
    public static async Task SwitchAsync(LabMachine person, bool on)
    {
        await person.Namespace.IpAsync("link", "set", Inside, on ? "up" : "down");
        if (on)
            await person.Namespace.IpAsync("route", "replace", "default", "via", person.Addresses[0].ToString()[..^2] + "1");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var made in Enumerable.Reverse(_namespaces))
            await made.DeleteAsync();
    }

    private async Task<LabNetwork> AddPublicAsync(int number)
    {
        var machine = await AddNamespaceAsync($"{number}public");
        var (address, _) = await AttachAsync(machine, number, ipv4: true, ipv6: false);
        var outside = IPAddress.Parse(address);
        return new LabNetwork(NatKind.Public, outside, [], [new LabMachine(machine, [outside])]);
    }

    private async Task<LabNetwork> AddHomeAsync(NatKind kind, int number, int people)
    {
        var router = await AddNamespaceAsync($"{number}{kind}");
        var (address, _) = await AttachAsync(router, number, ipv4: true, ipv6: false);
        await RouteAsync(router, NatRules.For(kind, address));
        if (kind is NatKind.ShortMemory or NatKind.VeryShortMemory)
            await ForgetAfterAsync(router, kind == NatKind.ShortMemory ? 20 : 12);
        return new LabNetwork(kind, IPAddress.Parse(address), [router], await AddPeopleAsync(router, number, people));
    }

    private async Task<LabNetwork> AddTwoLevelsAsync(int number)
    {
        var carrier = await AddNamespaceAsync($"{number}carrier");
        var (address, _) = await AttachAsync(carrier, number, ipv4: true, ipv6: false);
        await RouteAsync(carrier, NatRules.For(NatKind.PortRestricted, address));
        var home = await AddNamespaceAsync($"{number}home");
        await NetworkNamespace.ConnectAsync(carrier, "lan0", home, NatRules.Outside);
        await carrier.AddAddressAsync("100.64.1.1/24", "lan0");
        await home.AddAddressAsync("100.64.1.2/24", NatRules.Outside);
        await home.IpAsync("route", "add", "default", "via", "100.64.1.1");
        await RouteAsync(home, NatRules.For(NatKind.PortRestricted, "100.64.1.2"));
        return new LabNetwork(NatKind.TwoLevels, IPAddress.Parse(address), [carrier, home], await AddPeopleAsync(home, number, 1));
    }

    private async Task<LabNetwork> AddIPv6Async(int number)
    {
        var router = await AddNamespaceAsync($"{number}ipv6");
        await router.SetAsync("net.ipv6.conf.all.forwarding=1");
        var (_, outside) = await AttachAsync(router, number, ipv4: false, ipv6: true);
        await router.AddRulesAsync(NatRules.FirewallIPv6);
        var person = await AddNamespaceAsync($"{number}person");
        await NetworkNamespace.ConnectAsync(router, "lan0", person, Inside);
        await router.AddAddressAsync($"2a00:{number}:1::1/64", "lan0");
        await person.AddAddressAsync($"2a00:{number}:1::10/64", Inside);
        await person.IpAsync("-6", "route", "add", "default", "via", $"2a00:{number}:1::1");
        await _core.IpAsync("-6", "route", "add", $"2a00:{number}:1::/64", "via", outside);
        return new LabNetwork(NatKind.OnlyIPv6, IPAddress.Parse(outside), [router], [new LabMachine(person, [IPAddress.Parse($"2a00:{number}:1::10")])]);
    }

    private async Task<IReadOnlyList<LabMachine>> AddPeopleAsync(NetworkNamespace router, int number, int people)
    {
        var all = new List<LabMachine>();
        for (var i = 0; i < people; i++)
            all.Add(await PlugInAsync(await AddNamespaceAsync($"{number}person{i}"), router, i));
        return all;
    }

    /// <summary>Connects a person to a home's router. The first person of every home has the same address, as most homes have the same router.</summary>
    private static async Task<LabMachine> PlugInAsync(NetworkNamespace person, NetworkNamespace router, int interfaces)
    {
        var port = $"lan{interfaces}";
        await NetworkNamespace.ConnectAsync(router, port, person, Inside);
        await router.AddAddressAsync($"192.168.{interfaces + 1}.1/24", port);
        var address = $"192.168.{interfaces + 1}.10";
        await person.AddAddressAsync(address + "/24", Inside);
        await person.IpAsync("route", "replace", "default", "via", $"192.168.{interfaces + 1}.1");
        return new LabMachine(person, [IPAddress.Parse(address)]);
    }

    private static async Task RouteAsync(NetworkNamespace router, string rules)
    {
        await router.SetAsync("net.ipv4.ip_forward=1");
        await router.AddRulesAsync(rules);
    }

    private static Task ForgetAfterAsync(NetworkNamespace router, int seconds)
        => router.SetAsync($"net.netfilter.nf_conntrack_udp_timeout={seconds}", $"net.netfilter.nf_conntrack_udp_timeout_stream={seconds}");

    /// <summary>Connects a machine or router to the core; its addresses there.</summary>
    private async Task<(string IPv4, string IPv6)> AttachAsync(NetworkNamespace machine, int number, bool ipv4, bool ipv6)
    {
        var (address, gateway) = ($"{FirstBlock + number}.77.1.2", $"{FirstBlock + number}.77.1.1");
        var (address6, gateway6) = ($"2a00:{number}::2", $"2a00:{number}::1");
        await NetworkNamespace.ConnectAsync(_core, $"w{number}", machine, NatRules.Outside);
        if (ipv4)
        {
            await _core.AddAddressAsync(gateway + "/16", $"w{number}");
            await machine.AddAddressAsync(address + "/16", NatRules.Outside);
            await machine.IpAsync("route", "add", "default", "via", gateway);
        }

        if (ipv6)
        {
            await _core.AddAddressAsync(gateway6 + "/64", $"w{number}");
            await machine.AddAddressAsync(address6 + "/64", NatRules.Outside);
            await machine.IpAsync("-6", "route", "add", "default", "via", gateway6);
        }

        return (address, address6);
    }

    private int NextNumber() => _networks < MostNetworks ? _networks++ : throw new InvalidOperationException("no more networks");

    private async Task<NetworkNamespace> AddNamespaceAsync(string name)
    {
        var made = await NetworkNamespace.CreateAsync($"{_name}-{name}");
        _namespaces.Add(made);
        return made;
    }
}
