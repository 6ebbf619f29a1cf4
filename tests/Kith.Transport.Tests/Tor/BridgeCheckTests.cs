using Kith.Crypto;
using Kith.Transport.Tor;

namespace Kith.Transport.Tests.Tor;

/// <summary>What Tor says of bridges before it is to go by them, and when it goes by others.</summary>
public sealed class BridgeCheckTests
{
    private const int Patience = 60_000;
    private const string Obfs4 = "obfs4 127.0.0.1:1 0123456789ABCDEF0123456789ABCDEF01234567 cert=";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task LinesThatTorTakes_HaveNoFault_AndNothingIsRun()
    {
        Assert.SkipUnless(TorPrograms.FindTor(null) is not null, "Tor is not installed");
        using var folder = new TemporaryFolder();
        var ran = Path.Combine(folder.Path, "ran");
        var program = Script(folder, $"touch '{ran}'");
        await using var tor = New(folder, options => options with { Transports = new Dictionary<string, string>(StringComparer.Ordinal) { ["obfs4"] = program } });
        Assert.Null(await tor.FindFaultAsync(["127.0.0.1:1", Obfs4 + "abc"], Stop));
        Assert.Null(await tor.FindFaultAsync([], Stop));
        Assert.False(File.Exists(ran));
        Assert.Null(tor.ProcessId);
        Assert.Equal(TorState.Stopped, tor.State);
    }

    [Fact(Timeout = Patience)]
    public async Task LineThatTorRefuses_IsNamed_InItsWords()
    {
        Assert.SkipUnless(TorPrograms.FindTor(null) is not null, "Tor is not installed");
        using var folder = new TemporaryFolder();
        await using var tor = New(folder, static options => options with { Transports = new Dictionary<string, string>(StringComparer.Ordinal) { ["obfs4"] = "/bin/true" } });
        var fault = await tor.FindFaultAsync(["127.0.0.1:1", Obfs4 + new string('a', 600), "127.0.0.1:2"], Stop);
        Assert.Equal(1, fault?.Index);
        Assert.StartsWith("Tor refuses it: SOCKS arguments", fault?.Problem, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task TransportWithoutItsProgram_IsNamed_WhetherTorIsThereOrNot()
    {
        using var folder = new TemporaryFolder();
        await using var tor = New(folder, static options => options with { Executable = "/nowhere/tor" });
        var fault = await tor.FindFaultAsync(["127.0.0.1:1", "nothing 127.0.0.1:1"], Stop);
        Assert.Equal(1, fault?.Index);
        Assert.StartsWith("a bridge needs a program for nothing, which is not installed", fault?.Problem, StringComparison.Ordinal);
        // Nobody to ask.
        Assert.Null(await tor.FindFaultAsync(["127.0.0.1:1"], Stop));
    }

    [Theory(Timeout = Patience)]
    [InlineData("exit 1", "it does not say why")]
    [InlineData("echo 'Nov 21 16:55:40.000 [warn] Nothing is right'; echo '[err] Reading config failed--see warnings above.'; exit 1", "Nothing is right")]
    [InlineData("exec 0<&-; exit 1", "it does not say why")]
    public async Task ProgramThatRefusesWithOtherWordsOrNone_IsHeard(string does, string says)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a script of the shell's");
        using var folder = new TemporaryFolder();
        await using var tor = New(folder, options => options with { Executable = Script(folder, does) });
        Assert.Equal(new BridgeFault(0, "Tor refuses it: " + says), await tor.FindFaultAsync(["127.0.0.1:1"], Stop));
    }

    [Fact(Timeout = Patience)]
    public async Task ProgramThatNeverAnswers_IsEnded_AndItIsSaid()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a script of the shell's");
        using var folder = new TemporaryFolder();
        var began = Path.Combine(folder.Path, "began");
        var clock = new ManualClock();
        await using var tor = New(folder, options => options with { Executable = Script(folder, $"echo $$ >'{began}.new'; mv '{began}.new' '{began}'; exec sleep 600") }, clock);
        var asked = tor.FindFaultAsync(["127.0.0.1:1"], Stop);
        while (!File.Exists(began))
            await Task.Delay(5, Stop);
        while (!asked.IsCompleted)
        {
            clock.Advance(TorLimits.CheckTimeout);
            await Task.Delay(5, Stop);
        }

        Assert.Equal(new BridgeFault(null, "Tor does not say in time whether it takes this"), await asked);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(began, Stop)).Trim()}"));
    }

    [Fact(Timeout = Patience)]
    public async Task OtherBridges_AreGoneByAtOnce_NotWhenItWouldBeTriedAgain()
    {
        Assert.SkipUnless(File.Exists("/bin/false"), "needs a program that ends at once");
        using var folder = new TemporaryFolder();
        var options = new TorOptions { DataDirectory = Path.Combine(folder.Path, "tor"), Executable = "/bin/false", Bridges = ["nothing 192.0.2.1:443"] };
        // A clock that stands: what waits for its time waits for ever.
        await using var tor = new TorRun(options, new ManualClock(), SystemRandom.Instance);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tor.StateChanged += () =>
        {
            var problem = tor.State.Problem ?? "";
            if (problem.Contains("not installed", StringComparison.Ordinal))
                refused.TrySetResult();
            else if (problem.Contains("ended at once", StringComparison.Ordinal))
                ended.TrySetResult();
        };
        tor.Start();
        await refused.Task.WaitAsync(Stop);
        tor.SetBridges([]);
        await ended.Task.WaitAsync(Stop);
    }

    private static TorRun New(TemporaryFolder folder, Func<TorOptions, TorOptions> change, TimeProvider? clock = null) =>
        new(change(new TorOptions { DataDirectory = Path.Combine(folder.Path, "tor") }), clock ?? TimeProvider.System, SystemRandom.Instance);

    private static string Script(TemporaryFolder folder, string does)
    {
        var path = Path.Combine(folder.Path, "script");
        File.WriteAllText(path, $"#!/bin/sh\n{does}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
