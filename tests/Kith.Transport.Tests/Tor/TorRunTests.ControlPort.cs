using Kith.Crypto;
using Kith.Transport.Tests.Tor.Control;
using Kith.Transport.Tor;

namespace Kith.Transport.Tests.Tor;

/// <content>Control ports that let us in, refuse, lie, go away or hang.</content>
public sealed partial class TorRunTests
{
    [Theory]
    [InlineData("AUTHENTICATE", "515 Authentication failed", "refused us: Authentication failed")]
    [InlineData("AUTHENTICATE", "close", "closed the connection")]
    [InlineData("AUTHCHALLENGE", "250 AUTHCHALLENGE SERVERHASH=00 SERVERNONCE=00", "does not know Tor's cookie")]
    [InlineData("AUTHCHALLENGE", "250 AUTHCHALLENGE SERVERHASH=0000000000000000000000000000000000000000000000000000000000000000 SERVERNONCE=0000000000000000000000000000000000000000000000000000000000000000", "does not know Tor's cookie")]
    [InlineData("AUTHCHALLENGE", "513 no", "does not know Tor's cookie")]
    [InlineData("PROTOCOLINFO", "250-AUTH METHODS=HASHEDPASSWORD\r\n250 OK", "set CookieAuthentication 1")]
    [InlineData("PROTOCOLINFO", "250-AUTH METHODS=COOKIE COOKIEFILE=\"/etc/hostname\"\r\n250 OK", "set CookieAuthentication 1")]
    [InlineData("PROTOCOLINFO", "250-AUTH METHODS=NULL\r\n250 OK", "set CookieAuthentication 1")]
    [InlineData("PROTOCOLINFO", "250-AUTH METHODS=SAFECOOKIE COOKIEFILE=\"/nowhere\"\r\n250 OK", "/nowhere cannot be read")]
    [InlineData("PROTOCOLINFO", "250 OK", "no control port of Tor")]
    [InlineData("PROTOCOLINFO", "HTTP/1.1 400 Bad Request", "no control port of Tor")]
    [InlineData("GETINFO net/listeners/socks", "250-net/listeners/socks=\r\n250 OK", "no SOCKS port")]
    [InlineData("GETINFO net/listeners/socks", "250-net/listeners/socks=\"192.0.2.1:9050\"\r\n250 OK", "no SOCKS port")]
    [InlineData("SETEVENTS", "552 Unrecognized event", "Tor refused SETEVENTS: Unrecognized event")]
    public async Task ControlPortThatRefuses_IsSaidInOneSentenceAndTriedAgain(string command, string answer, string says)
    {
        await using var port = new FakeControlPort(asked => asked.StartsWith(command, StringComparison.Ordinal) ? answer : null);
        var state = await FirstProblemAsync(New(port.Address));
        Assert.Equal(TorPhase.Failed, state.Phase);
        Assert.Contains(says, state.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', state.Problem!);
        Assert.NotNull(state.RetryAt);
        if (command == "AUTHCHALLENGE")
            Assert.DoesNotContain(port.Commands, asked => asked.StartsWith("AUTHENTICATE", StringComparison.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("NULL")]
    [InlineData("HASHEDPASSWORD,NULL")]
    public async Task SocketInTheFileSystemThatAsksForNoProof_IsTaken(string methods)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sockets in the file system");
        using var folder = new TemporaryFolder();
        await using var port = new FakeControlPort(asked => asked.StartsWith("PROTOCOLINFO", StringComparison.Ordinal) ? $"250-AUTH METHODS={methods}\r\n250-VERSION Tor=\"0.4.8.1\"\r\n250 OK" : null, Path.Combine(folder.Path, "control"));
        await using var tor = New(port.Address);
        tor.Start();
        await tor.WaitReadyAsync(Stop);
        Assert.Equal("0.4.8.1", tor.State.Version);
        lock (port.Commands)
            Assert.Equal(["PROTOCOLINFO 1", "AUTHENTICATE"], port.Commands.Take(2));
    }

    [Fact(Timeout = 60_000)]
    public async Task RealTorAtASocketWithoutCookie_LetsUsIn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && TorPrograms.FindTor(null) is not null, "needs Debian's tor");
        using var folder = new TemporaryFolder();
        var (socket, nothing) = (Path.Combine(folder.Path, "control"), Path.Combine(folder.Path, "torrc"));
        await File.WriteAllBytesAsync(nothing, [], Stop);
        // It calls nobody, so it opens no SOCKS port either: the first thing that is asked once it has let us in.
        using var tor = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(TorPrograms.FindTor(null)!)
            {
                ArgumentList = { "--quiet", "--defaults-torrc", nothing, "-f", nothing, "--DisableNetwork", "1", "--DataDirectory", Path.Combine(folder.Path, "tor"), "--ControlSocket", socket, "--__OwningControllerProcess", $"{Environment.ProcessId}" },
            })!;
        try
        {
            TorState state;
            do
            {
                await Task.Delay(20, Stop);
                state = await FirstProblemAsync(New(socket));
            }
            while (state.Problem!.StartsWith("no Tor answers", StringComparison.Ordinal) && !tor.HasExited);
            Assert.Contains("no SOCKS port", state.Problem, StringComparison.Ordinal);
        }
        finally
        {
            tor.Kill();
            await tor.WaitForExitAsync(Stop);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task SocketInTheFileSystem_TellsTheCookieToNobodyWhoDoesNotKnowIt_ThoughItAsksForNoProofToo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sockets in the file system");
        using var folder = new TemporaryFolder();
        string? cookieFile = null;
        await using var port = new FakeControlPort(
            asked => asked.Split(' ')[0] switch
            {
                "PROTOCOLINFO" => $"250-AUTH METHODS=NULL,SAFECOOKIE COOKIEFILE=\"{Volatile.Read(ref cookieFile)}\"\r\n250 OK",
                "AUTHCHALLENGE" => "250 AUTHCHALLENGE SERVERHASH=0000000000000000000000000000000000000000000000000000000000000000 SERVERNONCE=0000000000000000000000000000000000000000000000000000000000000000",
                _ => null,
            },
            Path.Combine(folder.Path, "control"));
        Volatile.Write(ref cookieFile, port.CookieFile);
        var state = await FirstProblemAsync(New(port.Address));
        Assert.Contains("does not know Tor's cookie", state.Problem, StringComparison.Ordinal);
        Assert.False(port.Heard("AUTHENTICATE"));
    }

    [Fact]
    public async Task ControlPortOfNobody_IsSaid()
    {
        var state = await FirstProblemAsync(New("127.0.0.1:1"));
        Assert.Equal((TorPhase.Failed, "no Tor answers at the control port 127.0.0.1:1"), (state.Phase, state.Problem));
        state = await FirstProblemAsync(New("nowhere"));
        Assert.Contains("neither like 127.0.0.1:9051 nor the path of a socket", state.Problem, StringComparison.Ordinal);
        state = await FirstProblemAsync(New("192.0.2.1:9051"));
        Assert.Contains("must be on this machine", state.Problem, StringComparison.Ordinal);
        state = await FirstProblemAsync(New("/" + new string('a', 200)));
        Assert.Contains("too long", state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ControlPortThatGoesAway_IsComeBackTo()
    {
        var tries = 0;
        await using var port = new FakeControlPort(asked => asked.StartsWith("GETINFO status", StringComparison.Ordinal) && ++tries == 1 ? "close" : null);
        await using var tor = New(port.Address);
        var phases = new List<TorPhase>();
        tor.StateChanged += () =>
        {
            phases.Add(tor.State.Phase);
            if (tor.State.Phase == TorPhase.Restarting)
                tor.Retry();
        };
        tor.Start();
        await tor.WaitReadyAsync(Stop);
        Assert.Contains(TorPhase.Restarting, phases);
    }

    [Fact]
    public async Task TorThatHangs_IsLeftAndComeBackTo()
    {
        var clock = new ManualClock();
        var hangs = false;
        await using var port = new FakeControlPort(_ => Volatile.Read(ref hangs) ? "" : null);
        await using var tor = new TorRun(new TorOptions { DataDirectory = "/nowhere", ControlPort = port.Address }, clock, SystemRandom.Instance);
        var phases = new System.Collections.Concurrent.ConcurrentQueue<TorPhase>();
        tor.StateChanged += () => phases.Enqueue(tor.State.Phase);
        tor.Start();
        await tor.WaitReadyAsync(Stop);
        Volatile.Write(ref hangs, true);
        await UntilAsync(() => phases.Contains(TorPhase.Restarting));
        Volatile.Write(ref hangs, false);
        await UntilAsync(() => tor.State.IsReady);

        // A tenth of a second for each of its milliseconds: what answers has time to, and what does not is soon given up.
        async Task UntilAsync(Func<bool> isSo)
        {
            while (!isSo())
            {
                clock.Advance(TimeSpan.FromSeconds(0.1));
                await Task.Delay(1, Stop);
            }
        }
    }
}
