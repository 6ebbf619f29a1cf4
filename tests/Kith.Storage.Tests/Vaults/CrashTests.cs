using System.Diagnostics;
using System.Globalization;
using Kith.Crypto;
using Kith.Messaging;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class CrashTests : IDisposable
{
    private const int Kills = 30;
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void KilledAtRandomMoments_KeepsEveryRowThatWasSaid()
    {
        var said = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            said = Math.Max(said, WriteAndKill());
            using var vault = _home.Open();
            Assert.True(vault.CheckIntegrity());
            var last = BitConverter.ToInt32(vault.Records.Get(RecordKind.Settings, []) ?? new byte[4]);
            Assert.InRange(last, said, said + 1); // the one after the last said may have been committed, never more
            Assert.Equal(Enumerable.Range(1, last).Select(Id), vault.Messages.Scan(Person(1)).Reverse().Select(m => m.Id));
            Assert.Equal(last, vault.Messages.CountUnread(Person(1)));
            Assert.Equal(Enumerable.Range(1, last).Skip(Math.Max(0, last - 20)).Select(Id), vault.Outbox.Load(Person(1), 0, 100).Select(i => i.Id));
            vault.Begin();
            Assert.All(Enumerable.Range(1, last), i => Assert.False(vault.Messages.TryMarkReceived(Person(2), Id(i), ChildProcess.FarFuture)));
            vault.Rollback();
        }
        Assert.True(said > Kills);
    }

    [Fact]
    public void KilledWhileCreating_IsCreatedTheNextTime()
    {
        for (var kill = 0; kill < 5; kill++)
        {
            using var process = ChildProcess.Start(ChildProcess.Write, _home.Home);
            while (!Directory.Exists(_home.Home) || !Directory.EnumerateFiles(_home.Home).Any())
                Thread.Yield();
            Spin(SystemRandom.Instance.NextInt32(60_000));
            process.Kill();
            process.WaitForExit();
            using (var vault = _home.Open())
                Assert.True(vault.CheckIntegrity());
            Directory.Delete(_home.Home, recursive: true);
        }
    }

    private int WriteAndKill()
    {
        using var process = ChildProcess.Start(ChildProcess.Write, _home.Home);
        var said = 0;
        for (var left = 1 + SystemRandom.Instance.NextInt32(40); left > 0; left--)
            said = Parse(process.StandardOutput.ReadLine());
        Spin(SystemRandom.Instance.NextInt32(3000));
        process.Kill(); // SIGKILL
        while (process.StandardOutput.ReadLine() is { Length: > 0 } line)
        {
            // A last line may be cut; then what it begins with is smaller than the number before.
            said = Math.Max(said, Parse(line));
        }
        process.WaitForExit();
        return said;
    }

    private static int Parse(string? line) => int.Parse(line!, CultureInfo.InvariantCulture);

    private static void Spin(int microseconds)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < microseconds)
            Thread.Yield();
    }
}
