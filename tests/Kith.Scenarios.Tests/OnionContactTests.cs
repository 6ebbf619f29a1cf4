using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Tests.Tor;
using Kith.Transport.Tor;
using Kith.Transport.Tor.Control;

namespace Kith.Scenarios.Tests;

/// <summary>Three people under onion over a private Tor network: who has a key gets in, and who has lost it, or never had one, learns nothing by the address alone. One of them comes in by a bridge.</summary>
public sealed class OnionContactTests(ITestOutputHelper output)
{
    private const int Patience = 240;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("run", "clock")]
    public async Task ContactsGetInByTheirKeys_AndNobodyElse()
    {
        Assert.SkipUnless(Checkout.Full, "takes two minutes: in the full form");
        await using var tor = await TorNetwork.StartAsync(Stop);
        string[] flags = ["--no-lan", "--no-mainline", "--privacy", "onion", "--tor-lines", tor.ClientFile];
        var bridge = await tor.AddBridgeAsync(Stop);
        await using var alice = new KithHome("Alice") { NetworkFlags = flags };
        await using var bob = new KithHome("Bob") { NetworkFlags = [.. flags, "--tor-bridge", bridge] };
        await using var carol = new KithHome("Carol") { NetworkFlags = flags };
        await Task.WhenAll(alice.StartAsync(), bob.StartAsync(), carol.StartAsync());
        foreach (var home in (KithHome[])[alice, bob, carol])
            await PublishedAsync(home);
        await Finding.MeetAsync(alice, bob);
        await Finding.MeetAsync(alice, carol);

        // Bob's node through the bridge and through nothing else.
        await using (var control = await ControlAsync(bob.Directory))
            Assert.Equal($"orconn-status=${bridge.Split(' ')[1]}~bridge CONNECTED", Assert.Single((await control.DoAsync("GETINFO orconn-status", Stop)).Lines, line => line != "OK"));

        // Their nodes start anew, while Alice's does nothing: they come in at her service for contacts, each by their own key.
        await bob.StopAsync();
        await carol.StopAsync();
        await Task.WhenAll(bob.StartAsync(), carol.StartAsync());
        await Finding.SayAsync(bob, "Alice", "from Bob");
        await Finding.SayAsync(carol, "Alice", "from Carol");
        var (service, bobs) = await KeyAsync(bob);
        var (same, carols) = await KeyAsync(carol);
        Assert.Equal(service, same);
        Assert.NotEqual(bobs, carols);
        // What is shown of it names no key.
        foreach (var home in (KithHome[])[alice, bob])
        {
            foreach (var command in (string[])["status", "doctor", "peers", "contacts"])
                Assert.DoesNotContain(bobs, (await home.RunAsync("--json", command)).Output, StringComparison.Ordinal);
            Assert.DoesNotContain(bobs, home.Errors, StringComparison.Ordinal);
        }

        await using var stranger = new Caller(tor.ClientLines);
        Assert.Contains("we have no key", await stranger.CallAsync(service, key: null), StringComparison.Ordinal);

        // Bob is deleted. Within a minute his key lets nobody in, while Carol goes on.
        Assert.Equal(0, (await alice.RunAsync("remove", "Bob")).Status);
        await Finding.SayAsync(carol, "Alice", "still here");
        await PublishedAsync(alice);
        await Pair.WaitForAsync(async () => (await stranger.CallAsync(service, bobs)).Contains("our key is not one of theirs", StringComparison.Ordinal), "Bob's key lets nobody in", Patience);
        await Pair.WaitForAsync(async () => (await bob.RunAsync("--json", "contacts")).Lines.All(contact => !contact.GetProperty("online").GetBoolean()), "Bob is out", Patience);
        await Finding.SayAsync(carol, "Alice", "and now");

        // Whether Alice is up: to the stranger, and to Bob's key, it looks the same.
        var up = (await stranger.CallAsync(service, key: null), await stranger.CallAsync(service, bobs));
        await alice.StopAsync();
        var down = (await stranger.CallAsync(service, key: null), await stranger.CallAsync(service, bobs));
        output.WriteLine($"up: {up}; down: {down}");
        Assert.Equal(up, down);
        // And to Carol's it does not.
        Assert.DoesNotContain("key", await stranger.CallAsync(service, carols), StringComparison.Ordinal);
    }

    private static Task PublishedAsync(KithHome home) =>
        Pair.WaitForAsync(async () => (await home.RunAsync("--json", "status")).Json.GetProperty("tor").GetProperty("published").GetBoolean(), "its onion services are published", Patience);

    // The one key that a home's Tor was given, and for which service, as Tor says it.
    private static async Task<(OnionAddress Service, string Key)> KeyAsync(KithHome home)
    {
        await using var control = await ControlAsync(home.Directory);
        var said = await control.DoAsync("ONION_CLIENT_AUTH_VIEW", Stop);
        var words = Assert.Single(said.Lines, line => line.StartsWith("CLIENT ", StringComparison.Ordinal)).Split(' ');
        Assert.True(OnionAddress.TryParse(words[1], out var service));
        return (service, words[2]["x25519:".Length..]);
    }

    private static async Task<TorControl> ControlAsync(string home)
    {
        var folder = Path.Combine(home, "tor");
        var line = await File.ReadAllTextAsync(Path.Combine(folder, "control-port"), Stop);
        var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(line.Trim()["PORT=".Length..]), Stop);
        var control = new TorControl(client.GetStream(), TimeProvider.System);
        await control.AuthenticateAsync(File.ReadAllBytes, SystemRandom.Instance, Stop);
        return control;
    }

    /// <summary>Somebody with a Tor of their own who tries an onion service.</summary>
    private sealed class Caller : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kith-tor");
        private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
        private readonly TorRun _tor;
        private readonly TorCarrier _carrier;

        public Caller(IReadOnlyList<string> lines)
        {
            _tor = new TorRun(new TorOptions { DataDirectory = Path.Combine(_folder.FullName, "tor"), Lines = lines }, TimeProvider.System, SystemRandom.Instance);
            _carrier = new TorCarrier(new TransportIdentity(_key, null, SystemRandom.Instance), _tor, TimeProvider.System, SystemRandom.Instance);
            _tor.Start();
        }

        /// <summary>Why the call came to nothing; "in" when it did not. Each looks anew at what Tor's directories have.</summary>
        public async Task<string> CallAsync(OnionAddress service, string? key)
        {
            await _tor.WaitReadyAsync(Stop);
            using (var secret = key is null ? null : X25519PrivateKey.FromBytes(Convert.FromBase64String(key)))
            {
                _tor.SetClientKey(service, null);
                if (secret is not null)
                    await _tor.SetClientKeyAsync(service, secret, Stop);
            }

            _tor.LookAgain();
            try
            {
                await using var session = await _carrier.ConnectAsync([NodeAddress.Onion(service, 7300)], null, Stop);
                return "in";
            }
            catch (SessionException refused)
            {
                return refused.Message;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _tor.DisposeAsync();
            _key.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
