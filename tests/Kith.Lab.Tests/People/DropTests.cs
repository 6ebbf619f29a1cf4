using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.People;

/// <summary>Messages left for somebody who is away, where writer and reader are each behind a NAT and the holders are public nodes in networks of their own.</summary>
public sealed class DropTests(ITestOutputHelper output)
{
    private const int Holders = 6;
    private const int Messages = 5;
    private const int Port = 7300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task BothBehindNatsAndNeverThereTogether_MessagesAndAnswersArrive()
    {
        Assert.SkipWhen(NetworkNamespace.Impossible is not null, NetworkNamespace.Impossible ?? "");
        await using var internet = await LabInternet.CreateAsync();
        List<LabPerson> holders = [];
        var one = new LabPerson("One", (await internet.AddAsync(NatKind.Symmetric)).Person);
        var other = new LabPerson("Other", (await internet.AddAsync(NatKind.PortRestricted)).Person);
        try
        {
            for (var i = 0; i < Holders; i++)
                holders.Add(new LabPerson($"Holder{i}", await internet.AddServerAsync()) { Room = "64M" });
            string[] entry = ["--entry", new System.Net.IPEndPoint(holders[0].Machine.Addresses[0], Port).ToString()];
            string[] listen = ["--listen", $"0.0.0.0:{Port}"];
            await holders[0].StartAsync([.. listen, "--relay", "serve"]);
            await Task.WhenAll(holders.Skip(1).Select(holder => holder.StartAsync([.. listen, .. entry])));
            foreach (var holder in holders)
                await WaitAsync(async () => (await holder.Api.GetAsync("room")).GetProperty("offering").GetBoolean(), $"{holder.Name} is found as a holder");

            string[] flags = [.. entry, "--relay", "use"];
            await one.StartAsync(flags);
            await other.StartAsync(flags);
            await other.Api.PostAsync("contacts", new { link = await one.Api.LinkAsync(), timeout = (int)Patience.TotalMilliseconds });
            Assert.True((await other.Api.SayAsync(one.Account, "hello", Patience)).IsDelivered);
            await other.KillAsync();

            await LeaveAsync(one, other);
            await one.KillAsync();
            await other.StartAsync(flags);
            await HasAsync(other, one);
            await LeaveAsync(other, one);
            await other.KillAsync();
            await one.StartAsync(flags);
            await HasAsync(one, other);
        }
        finally
        {
            await one.DisposeAsync();
            await other.DisposeAsync();
            foreach (var holder in holders)
                await holder.DisposeAsync();
        }
    }

    private static async Task LeaveAsync(LabPerson from, LabPerson to)
    {
        for (var i = 0; i < Messages; i++)
        {
            var sent = await from.Api.PostAsync($"contacts/{to.Account}/messages", new { text = $"{from.Name} {i}", wait = "stored", timeout = (int)Patience.TotalMilliseconds });
            Assert.True(sent.GetProperty("state").GetString() == "stored", $"{sent} {await from.SightAsync(to)}");
        }
    }

    private async Task HasAsync(LabPerson person, LabPerson from)
    {
        List<string> all = [.. Enumerable.Range(0, Messages).Select(i => $"{from.Name} {i}")];
        var took = await Eventually.AskAsync(async () => (await person.Api.ReceivedAsync(from.Account)).Count(all.Contains) >= Messages, Patience);
        Assert.Equal(all, (await person.Api.ReceivedAsync(from.Account)).Where(all.Contains));
        output.WriteLine($"{person.Name} has everything {took?.TotalMilliseconds:0} ms after its start");
    }

    private static async Task WaitAsync(Func<Task<bool>> condition, string what) => Assert.True(await Eventually.AskAsync(condition, Patience) is not null, $"not within {Patience.TotalSeconds} s: {what}");
}
