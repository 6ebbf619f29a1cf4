using Kith.Crypto;
using Kith.Transport.Tests.Tor.Control;
using Kith.Transport.Tor;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tests.Tor;

/// <summary>What is shown of a Tor that is not there, does not start, or does not let us in.</summary>
public sealed partial class TorRunTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ControlPortThatTakesUs_IsReadyAndToldOfServicesAndKeys()
    {
        await using var port = new FakeControlPort(_ => null);
        await using var tor = New(port.Address);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        using var client = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var service = tor.Serve(key, 80, System.Net.IPEndPoint.Parse("127.0.0.1:99"), [client.PublicKey]);
        Assert.True(tor.SetClientKey(service.Service, client));
        tor.Start();
        await tor.WaitReadyAsync(Stop);
        Assert.Equal("0.4.9.11", tor.State.Version);
        while (service.Phase != OnionPhase.Publishing)
            await Task.Yield();
        lock (port.Commands)
        {
            Assert.Contains(port.Commands, command => command.StartsWith($"ONION_CLIENT_AUTH_ADD {service.Service} x25519:", StringComparison.Ordinal));
            Assert.Contains(port.Commands, command => command.StartsWith("ADD_ONION ED25519-V3:", StringComparison.Ordinal));
            // A tor that is not ours is not ours to end.
            Assert.DoesNotContain("TAKEOWNERSHIP", port.Commands);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task ServiceThatEndsWhileTorTakesIt_IsTakenAwayAgain()
    {
        OnionService? service = null;
        await using var port = new FakeControlPort(command =>
        {
            if (command.StartsWith("ADD_ONION", StringComparison.Ordinal))
                Volatile.Read(ref service)!.Dispose();
            return null;
        });
        await using var tor = New(port.Address);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        Volatile.Write(ref service, tor.Serve(key, 80, System.Net.IPEndPoint.Parse("127.0.0.1:99"), []));
        tor.Start();
        while (!port.Heard($"DEL_ONION {service.Service}") || tor.Services.Count > 0)
            await Task.Delay(5, Stop);
    }

    [Fact(Timeout = 60_000)]
    public async Task ServiceThatEnded_IsServedAgainAtOnce_AndTorIsToldInThatOrder()
    {
        await using var port = new FakeControlPort(_ => null);
        await using var tor = New(port.Address);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var target = System.Net.IPEndPoint.Parse("127.0.0.1:99");
        // While Tor is not there, as often as somebody likes.
        for (var i = 0; i < 3 * TorLimits.MaxServices; i++)
            tor.Serve(key, 80, target, []).Dispose();
        var first = tor.Serve(key, 80, target, []);
        Assert.Same(first, Assert.Single(tor.Services));
        tor.Start();
        while (first.Phase != OnionPhase.Publishing)
            await Task.Delay(5, Stop);

        first.Dispose();
        using var again = tor.Serve(key, 80, target, []);
        while (again.Phase != OnionPhase.Publishing)
            await Task.Delay(5, Stop);
        lock (port.Commands)
            Assert.Equal(["ADD_ONION", "DEL_ONION", "ADD_ONION"], port.Commands.Select(static command => command.Split(' ')[0]).Where(static word => word.EndsWith("_ONION", StringComparison.Ordinal)));
        Assert.Same(again, Assert.Single(tor.Services));
    }

    [Fact]
    public async Task ServiceThatIsNotFound_IsLookedForAgain_NotAtOnceAgain()
    {
        await using var port = new FakeControlPort(_ => null);
        await using var tor = New(port.Address);
        tor.Start();
        await tor.WaitReadyAsync(Stop);
        tor.LookAgain();
        await UntilAsync("SIGNAL NEWNYM");
        tor.LookAgain();
        // What comes after it.
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        using var service = tor.Serve(key, 80, System.Net.IPEndPoint.Parse("127.0.0.1:99"), []);
        await UntilAsync("ADD_ONION");
        Assert.Single(port.Commands, command => command == "SIGNAL NEWNYM");

        async Task UntilAsync(string begins)
        {
            while (!port.Heard(begins))
                await Task.Delay(1, Stop);
        }
    }

    [Fact]
    public async Task ClockThatIsWrong_IsSaid()
    {
        await using var port = new FakeControlPort(asked => asked.StartsWith("GETINFO status", StringComparison.Ordinal)
            ? "650 STATUS_GENERAL WARN CLOCK_SKEW SKEW=-3600 SOURCE=CONSENSUS\r\n650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY=\"Connecting\"\r\n250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=0 TAG=starting SUMMARY=\"Starting\"\r\n250 OK" : null);
        var state = await FirstProblemAsync(New(port.Address));
        Assert.Equal(TorPhase.Starting, state.Phase);
        Assert.Contains("clock is wrong", state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgramThatIsNotThere_IsMissing()
    {
        using var folder = new TemporaryFolder();
        var state = await FirstProblemAsync(new TorRun(new TorOptions { DataDirectory = folder.Path, Executable = "/nowhere/tor" }, TimeProvider.System, SystemRandom.Instance));
        Assert.Equal(TorPhase.Missing, state.Phase);
        Assert.Contains("apt-get install tor", state.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bin/false", null, "ended at once")]
    [InlineData(null, "NoSuchOption 1", "NoSuchOption")]
    public async Task ProgramThatEndsAtOnce_SaysWhy(string? program, string? line, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && TorPrograms.FindTor(null) is not null, "needs Debian's tor");
        using var folder = new TemporaryFolder();
        var options = new TorOptions { DataDirectory = Path.Combine(folder.Path, "tor"), Executable = program, Lines = line is null ? [] : [line] };
        var state = await FirstProblemAsync(new TorRun(options, TimeProvider.System, SystemRandom.Instance));
        Assert.Equal(TorPhase.Failed, state.Phase);
        Assert.Contains(says, state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BridgeWithoutItsProgram_IsSaidAndTorNotStarted()
    {
        using var folder = new TemporaryFolder();
        var options = new TorOptions { DataDirectory = Path.Combine(folder.Path, "tor"), Executable = "/bin/true", Bridges = ["nothing 192.0.2.1:443"] };
        var state = await FirstProblemAsync(new TorRun(options, TimeProvider.System, SystemRandom.Instance));
        Assert.Contains("a program for nothing, which is not installed", state.Problem, StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.DataDirectory));
    }

    [Fact]
    public async Task MoreServicesThanThereMayBe_OrOneTwice_AreRefused()
    {
        await using var tor = New("127.0.0.1:1");
        var target = System.Net.IPEndPoint.Parse("127.0.0.1:99");
        var keys = Enumerable.Range(0, TorLimits.MaxServices + 1).Select(_ => Ed25519PrivateKey.Generate(SystemRandom.Instance)).ToList();
        var services = keys.Take(TorLimits.MaxServices - 1).Select(key => tor.Serve(key, 80, target, [])).ToList();
        Assert.Throws<ArgumentException>(() => tor.Serve(keys[0], 80, target, []));
        services.Add(tor.Serve(keys[^2], 80, target, null));
        Assert.Throws<InvalidOperationException>(() => tor.Serve(keys[^1], 80, target, []));
        Assert.Equal([null, 0], services.Select(service => service.Clients).Distinct().Order());
        Assert.Throws<ArgumentException>(() => services[0].SetClients([.. Enumerable.Range(0, TorLimits.MaxClients + 1).Select(i => Public(i))]));
        foreach (var service in services)
            service.Dispose();
        foreach (var key in keys)
            key.Dispose();
    }

    [Fact]
    public async Task MoreKeysThanThereMayBe_AreNotTaken()
    {
        await using var tor = New("127.0.0.1:1");
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        for (var i = 0; i < TorLimits.MaxClientKeys; i++)
            Assert.True(tor.SetClientKey(Service(i), key));
        Assert.False(tor.SetClientKey(Service(TorLimits.MaxClientKeys), key));
        await Assert.ThrowsAsync<TorException>(() => tor.SetClientKeyAsync(Service(TorLimits.MaxClientKeys), key, Stop));
        // One that is there already may be another from now on.
        using var other = X25519PrivateKey.Generate(SystemRandom.Instance);
        Assert.True(tor.SetClientKey(Service(0), other));
        Assert.True(tor.SetClientKey(Service(0), null));

        static OnionAddress Service(int i)
        {
            Assert.True(Ed25519PublicKey.TryParse(Sha256.Hash(BitConverter.GetBytes(i)), out var service));
            return OnionAddress.Of(service);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task TorThatIsMadeToForget_HasForgottenBeforeGoingOn_AndIsToldTheKeysAgain()
    {
        await using var port = new FakeControlPort(_ => null);
        await using var tor = New(port.Address);
        tor.Start();
        await tor.WaitReadyAsync(Stop);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        using var client = X25519PrivateKey.Generate(SystemRandom.Instance);
        var service = OnionAddress.Of(key.PublicKey);
        await tor.SetClientKeyAsync(service, client, Stop);
        Assert.True(await tor.LookAgainAsync(Stop));
        Assert.True(port.Heard("SIGNAL NEWNYM"));
        await tor.SetClientKeyAsync(service, client, Stop);
        lock (port.Commands)
            Assert.StartsWith("ONION_CLIENT_AUTH_ADD", port.Commands[^1], StringComparison.Ordinal);
        // So soon after it Tor would not do it.
        Assert.False(await tor.LookAgainAsync(Stop));
    }

    [Fact]
    public async Task KeyForACall_IsThereWhenTorHasTakenIt_AndIsTakenBackAtTheEnd()
    {
        var isSlow = true;
        await using var port = new FakeControlPort(asked => Volatile.Read(ref isSlow) && asked.StartsWith("ONION_CLIENT_AUTH_ADD", StringComparison.Ordinal) ? "" : null);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        using var client = X25519PrivateKey.Generate(SystemRandom.Instance);
        var service = OnionAddress.Of(key.PublicKey);
        await using (var tor = New(port.Address))
        {
            var told = tor.SetClientKeyAsync(service, client, Stop);
            tor.Start();
            await tor.WaitReadyAsync(Stop);
            while (!port.Heard("ONION_CLIENT_AUTH_ADD"))
                await Task.Delay(1, Stop);
            Assert.False(told.IsCompleted);
            // The connection ends before Tor has said anything of it: the next one is told too.
            Volatile.Write(ref isSlow, false);
            port.Drop();
            while (!told.IsCompleted)
            {
                tor.Retry();
                await Task.Delay(1, Stop);
            }

            await told;
            await tor.SetClientKeyAsync(service, client, Stop);
        }

        // This tor goes on without us.
        lock (port.Commands)
            Assert.Equal($"ONION_CLIENT_AUTH_REMOVE {service}", port.Commands[^1]);
    }

    [Fact]
    public async Task ServiceThatIsClosed_IsNotToldToTor()
    {
        await using var port = new FakeControlPort(_ => null);
        await using var tor = New(port.Address);
        using var key = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        using var service = tor.Serve(key, 80, System.Net.IPEndPoint.Parse("127.0.0.1:99"), null);
        tor.Start();
        while (service.Phase != OnionPhase.Closed)
            await Task.Delay(1, Stop);
        lock (port.Commands)
            Assert.DoesNotContain(port.Commands, command => command.StartsWith("ADD_ONION", StringComparison.Ordinal) || command.StartsWith("DEL_ONION", StringComparison.Ordinal));
        service.SetClients([Public(1)]);
        Assert.NotEqual(OnionPhase.Closed, service.Phase);
        while (service.Phase != OnionPhase.Publishing)
            await Task.Delay(1, Stop);
        service.SetClients(null);
        while (service.Phase != OnionPhase.Closed)
            await Task.Delay(1, Stop);
        lock (port.Commands)
        {
            var said = port.Commands.Where(command => command.Contains("ONION", StringComparison.Ordinal) || command.Contains("circuit", StringComparison.Ordinal)).Select(command => command.Split(' ')[0]);
            Assert.Equal(["ADD_ONION", "DEL_ONION", "GETINFO"], said);
        }
    }

    [Fact]
    public async Task CommandsThatWait_AreBounded()
    {
        await using var port = new FakeControlPort(asked => asked.StartsWith("GETINFO slow", StringComparison.Ordinal) ? "" : null);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPEndPoint.Parse(port.Address), Stop);
        await using var control = new TorControl(client.GetStream(), new ManualClock());
        var waiting = Enumerable.Range(0, ControlLimits.MaxWaiting).Select(_ => control.AskAsync("GETINFO slow", Stop)).ToList();
        var refused = await Assert.ThrowsAsync<TorException>(() => control.AskAsync("GETINFO slow", Stop));
        Assert.Contains("too slow", refused.Message, StringComparison.Ordinal);
        port.Drop();
        foreach (var one in waiting)
            await Assert.ThrowsAsync<TorException>(() => one);
    }

    [Fact]
    public async Task WhatListensForAService_ListensOnThisMachineAlone()
    {
        await using var tor = New("127.0.0.1:1");
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var carrier = new TorCarrier(new TransportIdentity(key, null, SystemRandom.Instance), tor, TimeProvider.System, SystemRandom.Instance);
        foreach (var host in (string[])["0.0.0.0", "192.0.2.1", "::"])
            await Assert.ThrowsAsync<ArgumentException>(() => carrier.ListenAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(host), 0), Stop));
    }

    private static X25519PublicKey Public(int i)
    {
        Assert.True(X25519PublicKey.TryParse(Sha256.Hash(BitConverter.GetBytes(i)), out var key));
        return key;
    }

    private static TorRun New(string controlPort) => new(new TorOptions { DataDirectory = "/nowhere", ControlPort = controlPort }, TimeProvider.System, SystemRandom.Instance);

    private static async Task<TorState> FirstProblemAsync(TorRun tor)
    {
        await using var run = tor;
        var seen = new TaskCompletionSource<TorState>(TaskCreationOptions.RunContinuationsAsynchronously);
        tor.StateChanged += () =>
        {
            if (tor.State is { Problem: not null } state)
                seen.TrySetResult(state);
        };
        tor.Start();
        return await seen.Task.WaitAsync(Stop);
    }
}
