using System.Diagnostics;

namespace Kith.Transport.Tests.Namespaces;

/// <summary>A home's router with a real miniupnpd (Debian: miniupnpd-nftables) between a machine <c>inside</c> and one <c>outside</c>, as a router of nftables that lets nobody in unasked.</summary>
internal sealed class Router : IAsyncDisposable
{
    public const string Inner = "10.77.0.1";
    public const string Outer = "20.1.1.1";
    public const string OuterSix = "2a00:77::1";

    private const string Program = "/usr/sbin/miniupnpd";

    private readonly string _folder = Directory.CreateTempSubdirectory("kith-upnp-").FullName;
    private Process? _daemon;

    private Router(TestNetwork network) => Network = network;

    public TestNetwork Network { get; }

    /// <summary>What it said.</summary>
    public string LogFile => Path.Combine(_folder, "log");

    /// <param name="pcp">Whether it speaks PCP and NAT-PMP.</param>
    /// <param name="upnp">Whether it speaks UPnP.</param>
    /// <param name="outer">What it says is its outer address, where that is not what it is.</param>
    public static async Task<Router> StartAsync(bool pcp, bool upnp, string outer = Outer)
    {
        Assert.SkipUnless(File.Exists(Program), "miniupnpd is not installed (Debian: miniupnpd-nftables; scripts/install-system --tests)");
        var router = new Router(await TestNetwork.CreateAsync("inside", "router", "outside"));
        try
        {
            await router.WireAsync(outer);
            await router.StartDaemonAsync(pcp, upnp, outer);
        }
        catch
        {
            await router.DisposeAsync();
            throw;
        }

        return router;
    }

    /// <summary>The router's own list of what it has mapped.</summary>
    public Task<string> RulesAsync() => Network.OnAsync("router", "nft", "list", "ruleset");

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            _daemon.Kill();
            await _daemon.WaitForExitAsync();
            _daemon.Dispose();
        }

        await Network.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WireAsync(string outer)
    {
        await Network.ShellAsync("router", "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
        await Network.CableAsync("inside", "eth0", "10.77.0.2/24,2a00:78::2/64", "router", "lan", $"{Inner}/24,2a00:78::1/64,fe80::1/64");
        await Network.CableAsync("router", "wan", $"{outer}/24,{OuterSix}/64", "outside", "eth0", "20.1.1.9/24,2a00:77::9/64");
        await Network.OnAsync("inside", "ip", "route", "add", "default", "via", Inner);
        await Network.OnAsync("inside", "ip", "-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0");
        await Network.OnAsync("outside", "ip", "-6", "route", "add", "2a00:78::/64", "via", OuterSix);
        var rules = Path.Combine(_folder, "rules");
        await File.WriteAllTextAsync(rules, """
            table inet filter {
              chain input { type filter hook input priority 0; policy accept; iifname "wan" meta l4proto { tcp, udp } drop; }
              chain forward { type filter hook forward priority 0; policy drop; ct state established,related accept; iifname "lan" accept; jump miniupnpd; }
              chain miniupnpd { }
              chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
              chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; meta nfproto ipv4 oifname "wan" masquerade; }
              chain prerouting_miniupnpd { }
              chain postrouting_miniupnpd { }
            }
            """);
        await Network.OnAsync("router", "nft", "-f", rules);
    }

    private async Task StartDaemonAsync(bool pcp, bool upnp, string outer)
    {
        var file = Path.Combine(_folder, "miniupnpd.conf");
        await File.WriteAllTextAsync(file, $"""
            ext_ifname=wan
            listening_ip=lan
            http_port=0
            enable_natpmp={(pcp ? "yes" : "no")}
            enable_upnp={(upnp ? "yes" : "no")}
            min_lifetime=60
            max_lifetime=86400
            secure_mode=yes
            system_uptime=no
            uuid=3d76d4ca-69f7-4895-9b00-c0deee31fa14
            lease_file={Path.Combine(_folder, "leases")}
            allow 1024-65535 10.77.0.0/24 1024-65535
            deny 0-65535 0.0.0.0/0 0-65535

            """);
        // Through a shell that sends its log to a file.
        _daemon = Network.Start("router", "bash", ["-c", $"exec {Program} -d -f {file} -P {Path.Combine(_folder, "pid")} > {LogFile} 2>&1"]);
        // It is there once it hears the port of NAT-PMP or that of searches.
        for (var looks = 0; looks < 1000; looks++)
        {
            if (_daemon.HasExited)
                Assert.Fail("miniupnpd ended at once: " + await File.ReadAllTextAsync(LogFile));
            var sockets = await Network.OnAsync("router", "ss", "-lnu");
            if (sockets.Contains(pcp ? ":5351" : ":1900", StringComparison.Ordinal))
                return;
            await Task.Delay(50);
        }

        Assert.Fail("miniupnpd hears nothing");
    }
}
