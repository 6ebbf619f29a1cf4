using System.Collections.Concurrent;
using Kith.LocalSwarm;
using Kith.Overlay.Entry;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>Dynamic DNS against a real BIND.</summary>
public sealed class BindTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Endpoint, bool> _alive = new();

    [Fact]
    public async Task Update_IsAcceptedServedAndTheAnswersSignatureVerified()
    {
        await using var bind = await BindServer.StartAsync();
        var self = At("127.0.0.9:4711");
        var update = Tsig.Sign(Build(1, EntryRecords.None, [], self).ToBytes(), bind.Key, Seconds(), out var mac);
        var answer = await bind.ExchangeAsync(update);
        Assert.True(DnsMessage.TryRead(answer, out var message));
        Assert.Equal(DnsRcode.NoError, message!.Rcode);
        Assert.True(Tsig.Check(answer, message, bind.Key, mac, Seconds()).IsValid);
        Assert.Equal([self], await bind.EntriesAsync());

        // The signature is of this answer to this request, now.
        answer[^20] ^= 1;
        Assert.True(DnsMessage.TryRead(answer, out message));
        Assert.False(Tsig.Check(answer, message!, bind.Key, mac, Seconds()).IsValid);
        answer[^20] ^= 1;
        Assert.False(Tsig.Check(answer, message!, bind.Key, new byte[mac.Length], Seconds()).IsValid);
        Assert.False(Tsig.Check(answer, message!, bind.Key, mac, Seconds() + 1_000).IsValid);
        Assert.False(Tsig.Check(answer, message!, bind.Powerless, mac, Seconds()).IsValid);
    }

    [Fact]
    public async Task UpdateThatLostTheRace_IsRefusedByItsPrerequisite()
    {
        await using var bind = await BindServer.StartAsync();
        foreach (var (id, node, expected) in ((ushort, string, DnsRcode)[])[(1, "127.0.0.1:1", DnsRcode.NoError), (2, "127.0.0.2:2", DnsRcode.YXRRSet)])
            Assert.Equal(expected, await UpdateAsync(bind, bind.Key, Build(id, EntryRecords.None, [], At(node))));
        Assert.Equal([At("127.0.0.1:1")], await bind.EntriesAsync());

        // Both have read the same records; both want the dead one's place.
        var set = await bind.QueryAsync("_kith._udp." + BindServer.Name, DnsType.Srv);
        Assert.True(set[0].TryReadSrv(out var port, out var target));
        var dead = new EntryRecord(set[0], target, port, [At("127.0.0.1:1")]);
        var read = new EntryRecords(set, [dead]);
        Assert.Equal(DnsRcode.NoError, await UpdateAsync(bind, bind.Key, Build(3, read, [dead], At("127.0.0.3:3"))));
        Assert.Equal(DnsRcode.NXRRSet, await UpdateAsync(bind, bind.Key, Build(4, read, [dead], At("127.0.0.4:4"))));
        Assert.Equal([At("127.0.0.3:3")], await bind.EntriesAsync());
        Assert.Empty(await bind.QueryAsync("e7f000001." + BindServer.Name, DnsType.A));
    }

    [Fact]
    public async Task DeadEntry_IsReplacedByASuitableNodeByItself()
    {
        await using var bind = await BindServer.StartAsync();
        Endpoint[] nodes = [At("127.0.0.1:1001"), At("127.0.0.2:1002"), At("127.0.0.3:1003"), At("127.0.0.4:1004")];
        foreach (var node in nodes)
            _alive[node] = true;
        var keepers = nodes.Select(node => new LiveEntry(Options(bind, bind.Key), _alive, node)).ToList();
        try
        {
            await UntilAsync(async () => (await bind.EntriesAsync()).Count == 2);
            var first = await bind.EntriesAsync();

            // One of them dies, with its keeper.
            var dies = Array.IndexOf(nodes, first[0]);
            _ = _alive.TryRemove(nodes[dies], out _);
            await keepers[dies].DisposeAsync();
            await UntilAsync(async () => await bind.EntriesAsync() is { Count: 2 } now && !now.Contains(first[0]));
            var second = await bind.EntriesAsync();
            Assert.Contains(first[1], second);

            // Whoever knows but the name finds the way in.
            await using var newcomer = new LiveEntry(Options(bind, null), _alive, null);
            await UntilAsync(() => newcomer.ReadAsync(core => core.View.Any(view => view is { Source: EntrySource.DynamicDns, State: EntryState.Answered, Detail: null })));

            // Nobody took out an entry that lives, nor added one too many.
            foreach (var keeper in keepers.Where((_, i) => i != dies))
                Assert.All(await keeper.ReadAsync(core => core.DynamicDns), name => Assert.Null(name.Trouble));
        }
        finally
        {
            foreach (var keeper in keepers)
            {
                if (!keeper.IsDisposed)
                    await keeper.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task RealNodes_KeepTheNameTrue_AndANewcomerComesInByItAlone()
    {
        await using var bind = await BindServer.StartAsync();
        var options = new OverlayOptions { DynamicDns = Options(bind, bind.Key).DynamicDns };
        var nodes = new List<LocalNode>();
        try
        {
            nodes.Add(LocalNode.Start(null, options));
            for (var i = 0; i < 3; i++)
                nodes.Add(LocalNode.Start(nodes[0].Endpoint, options));
            await UntilAsync(async () => (await bind.EntriesAsync()).Count == 2);
            var first = await bind.EntriesAsync();
            Assert.All(first, entry => Assert.Contains(nodes, node => node.Endpoint == entry));

            // An entry node's power fails.
            var dead = nodes.Single(node => node.Endpoint == first[0]);
            nodes.Remove(dead);
            await dead.VanishAsync();
            await UntilAsync(async () => await bind.EntriesAsync() is { Count: 2 } now && !now.Contains(first[0]));

            await using var newcomer = LocalNode.Start(null, new OverlayOptions { DynamicDns = Options(bind, null).DynamicDns });
            await newcomer.UntilAsync(view => view.Nodes >= 1 && view.Entries is [{ Source: EntrySource.DynamicDns, State: EntryState.Answered }]);
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task WrongSecret_IsRefusedAndSaid()
    {
        await using var bind = await BindServer.StartAsync();
        Assert.True(TsigKey.TryCreate("kith-entry", Convert.ToBase64String(new byte[32]), out var wrong));
        Assert.Contains("another secret for the key kith-entry", await TroubleAsync(bind, wrong!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownKey_IsRefusedAndSaid()
    {
        await using var bind = await BindServer.StartAsync();
        Assert.True(TsigKey.TryCreate("nobodys", Convert.ToBase64String(new byte[32]), out var unknown));
        Assert.Contains("does not know the key nobodys", await TroubleAsync(bind, unknown!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyWithoutThePower_IsRefusedAndSaid()
    {
        await using var bind = await BindServer.StartAsync();
        Assert.Contains("does not let the key kith-other change", await TroubleAsync(bind, bind.Powerless), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7_300_000, "2 hours ahead of")]
    [InlineData(-400_000_000, "5 days behind")]
    public async Task ClockFarOff_IsRefusedAndSaid(long error, string said)
    {
        await using var bind = await BindServer.StartAsync();
        Assert.Contains(said, await TroubleAsync(bind, bind.Key, error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameOfAnotherZone_IsSaid()
    {
        await using var bind = await BindServer.StartAsync();
        var options = Options(bind, bind.Key);
        options = options with { DynamicDns = [options.DynamicDns[0] with { Name = "entry.elsewhere.test" }] };
        await using var node = new LiveEntry(options, _alive, At("127.0.0.9:9"));
        await UntilAsync(() => node.ReadAsync(core => core.View.Any(view => view is { State: EntryState.Failed, Detail: not null }) && core.DynamicDns[0].Trouble is not null));
        Assert.Contains("REFUSED", await node.ReadAsync(core => core.DynamicDns[0].Trouble), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameThatDoesNotResolve_HasItsSentence()
    {
        await using var bind = await BindServer.StartAsync();
        await using var node = new LiveEntry(Options(bind, null), _alive, null);
        await UntilAsync(() => node.ReadAsync(core => core.View.Any(view => view.State == EntryState.Failed)));
        Assert.Equal("the name entry.kith.test does not exist or has no address", (await node.ReadAsync(core => core.View.Single())).Detail);
    }

    [Fact]
    public async Task PlainAddresses_AreAskedAtThePortGiven()
    {
        await using var bind = await BindServer.StartAsync("entry IN A 127.0.0.7\nentry IN AAAA ::1");
        _alive[At("127.0.0.7:4711")] = true;
        var options = Options(bind, null);
        await using var portless = new LiveEntry(options, _alive, null);
        await using var node = new LiveEntry(options with { DynamicDns = [options.DynamicDns[0] with { Port = 4711 }] }, _alive, null);
        await UntilAsync(() => node.ReadAsync(core => core.View.Any(view => view.State == EntryState.Answered)));
        await UntilAsync(() => portless.ReadAsync(core => core.View.Any(view => view.Detail?.Contains("no port was given", StringComparison.Ordinal) == true)));
    }

    [Fact]
    public async Task ManyRecords_ComeOverTcp()
    {
        // Forty long names do not fit in a datagram of 512 bytes.
        await using var bind = await BindServer.StartAsync(string.Join('\n', Enumerable.Range(1, 40).Select(i => $"many IN AAAA 2001:db8:1111:2222:3333:4444:5555:{i:x}")));
        Assert.Equal(40, (await bind.QueryAsync("many." + BindServer.Zone, DnsType.Aaaa)).Count);
    }

    private static EntryOptions Options(BindServer bind, TsigKey? key) => new()
    {
        ListenPort = 4711,
        LocalNetwork = false,
        Mainline = false,
        DynamicDns = [new DynamicDnsOptions(BindServer.Name) { Server = bind.Endpoint.ToString(), Key = key, MaxEntries = 2, Timing = LiveEntry.Quick }],
    };

    private async Task<string> TroubleAsync(BindServer bind, TsigKey key, long clockError = 0)
    {
        await using var node = new LiveEntry(Options(bind, key), _alive, At("127.0.0.9:9"), clockError);
        await UntilAsync(() => node.ReadAsync(core => core.DynamicDns[0].Trouble is not null));
        Assert.Empty(await bind.EntriesAsync());
        // The entry view says it too.
        var trouble = (await node.ReadAsync(core => core.DynamicDns[0].Trouble))!;
        Assert.EndsWith(trouble, (await node.ReadAsync(core => core.View.Single())).Detail, StringComparison.Ordinal);
        return trouble;
    }

    private static DnsMessage Build(ushort id, EntryRecords read, IReadOnlyList<EntryRecord> dead, Endpoint self)
    {
        Assert.True(DnsName.TryParse(BindServer.Zone, out var zone));
        return EntryUpdate.Build(id, zone, BindServer.Name, read, dead, self);
    }

    private static async Task<DnsRcode> UpdateAsync(BindServer bind, TsigKey key, DnsMessage update)
    {
        var answer = await bind.ExchangeAsync(Tsig.Sign(update.ToBytes(), key, Seconds(), out var mac));
        Assert.True(DnsMessage.TryRead(answer, out var message));
        Assert.True(Tsig.Check(answer, message!, key, mac, Seconds()).IsValid);
        return message!.Rcode;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
            await Task.Delay(Pause, patience.Token);
    }

    private static long Seconds() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private static Endpoint At(string text)
    {
        Assert.True(Endpoint.TryParse(text, out var endpoint));
        return endpoint;
    }
}
