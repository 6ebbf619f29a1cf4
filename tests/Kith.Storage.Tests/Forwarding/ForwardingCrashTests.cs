using System.Globalization;
using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Replay;
using Kith.Storage.Forwarding;

namespace Kith.Storage.Tests.Forwarding;

public sealed class ForwardingCrashTests : IDisposable
{
    private const int Kills = 6;
    private const long Now = 1_790_000_000_000;
    private static readonly byte[] Seal = new byte[32];
    private readonly TestHome _home = new();

    public ForwardingCrashTests() => Directory.CreateDirectory(_home.Home);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void KilledAtRandomMoments_KnowsEveryPacketThatWasLetThrough()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only there a start of the machine has an id");
        var said = 0UL;
        var key = "";
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var process = ChildProcess.Start(ChildProcess.Forwarding, _home.Home))
            {
                for (var left = 1 + SystemRandom.Instance.NextInt32(2000); left > 0; left--)
                    said = ulong.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
                process.Kill(); // SIGKILL
                while (process.StandardOutput.ReadLine() is { Length: > 0 } line)
                    said = Math.Max(said, ulong.Parse(line, CultureInfo.InvariantCulture)); // a last line that was cut is a smaller number
                process.WaitForExit();
            }

            using var seal = new SecretBytes(Seal);
            using var store = ForwardingStore.Open(_home.Home, seal);
            using var keys = new ForwardingKeys(store, SystemRandom.Instance, Now);
            var shown = keys.Public[0].Key.ToString();
            Assert.Equal(kill == 0 ? shown : key, shown);
            key = shown;
            Assert.True(keys.TryFind(Convert.FromHexString(shown)[0], out var found));
            for (var tag = 1UL; tag <= said; tag++)
                Assert.Equal(TagOutcome.Known, found.Tags.TryNote(tag));
            Assert.InRange((ulong)found.Tags.Count, said, said + 1);
        }
    }

    /// <summary>The child: notes numbered tags under the epoch's key for ever, and says each when it would let the packet through.</summary>
    internal static void RunNotes(string home, Action<string> say)
    {
        using var seal = new SecretBytes(Seal);
        using var store = ForwardingStore.Open(home, seal);
        using var keys = new ForwardingKeys(store, SystemRandom.Instance, Now);
        keys.TryFind(keys.Public[0].Key.ToArray()[0], out var key);
        for (var tag = (ulong)key!.Tags.Count + 1; ; tag++)
        {
            if (key.Tags.TryNote(tag) != TagOutcome.Noted)
                throw new InvalidOperationException("a tag was not noted");
            say(tag.ToString(CultureInfo.InvariantCulture));
        }
    }
}
