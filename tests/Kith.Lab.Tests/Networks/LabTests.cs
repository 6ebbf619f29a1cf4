using System.Net;
using Kith.Lab.Tests.Nats;

namespace Kith.Lab.Tests.Networks;

/// <summary>The lab itself: what it makes it takes away, and what a killed test left behind too.</summary>
public sealed class LabTests
{
    private const int NoProcess = 0x3FFF_FFFF; // above any pid_max

    public LabTests() => Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");

    [Fact]
    public async Task KilledTest_LeavesNothingForLong()
    {
        const string Prefix = "klabtest";
        var left = await NetworkNamespace.CreateAsync($"{Prefix}{NoProcess}x1-core");
        var ours = await NetworkNamespace.CreateAsync($"{Prefix}{Environment.ProcessId}x1-core");
        try
        {
            using var stray = System.Diagnostics.Process.Start("ip", ["netns", "exec", left.Name, "sleep", "1000"]);
            await NetworkNamespace.SweepAsync(Prefix);
            Assert.False(File.Exists("/run/netns/" + left.Name));
            Assert.True(File.Exists("/run/netns/" + ours.Name));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await stray.WaitForExitAsync(patience.Token);
        }
        finally
        {
            await ours.DeleteAsync();
        }
    }

    [Fact]
    public async Task Internet_HasNoWayOut()
    {
        await using var lab = await LabInternet.CreateAsync();
        var person = (await lab.AddAsync(NatKind.PortRestricted)).Person;
        // Whatever the machine under the lab has for a gateway and for names, nothing of it is in here.
        var routes = await person.Namespace.RunAsync("ip", "route");
        Assert.Equal(2, routes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        using var socket = person.Namespace.OpenTcp(System.Net.Sockets.AddressFamily.InterNetwork);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<Exception>(async () => await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse("8.8.8.8"), 53), patience.Token));
    }

    [Fact]
    public async Task LossyLink_LosesAsManyAsAsked()
    {
        const int Datagrams = 4_000;
        await using var link = await LossyLink.CreateAsync(perMille: 10);
        using var from = link.One.Namespace.OpenUdp(new IPEndPoint(link.One.Addresses[0], 0));
        using var to = link.Other.Namespace.OpenUdp(new IPEndPoint(link.Other.Addresses[0], 0));
        to.ReceiveBufferSize = Datagrams * 1_500;
        for (var i = 0; i < Datagrams; i++)
            await from.SendToAsync(new byte[] { 0 }, to.LocalEndPoint!);
        await Task.Delay(200);
        var (came, buffer) = (0, new byte[16]);
        while (to.Available > 0)
        {
            await to.ReceiveAsync(buffer);
            came++;
        }

        // Four standard deviations of the binomial: 0.0063.
        Assert.InRange(came / (double)Datagrams, 0.983, 0.9965);
    }
}
