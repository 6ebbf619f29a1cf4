namespace Kith.Fuzz.Tests;

public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Func<FuzzTarget>> Targets = new[]
        {
            WireTargets.All, CryptoTargets.All, MessagingTargets.All, EnvelopeTargets.All, SignalTargets.All, SessionTargets.All, HandshakeTargets.All,
            ContentTargets.All, TransportTargets.All, DeliveryTargets.All, StorageTargets.All, ExportTargets.All, WalkerTargets.All, RendezvousTargets.All, DhtTargets.All,
            EntryTargets.All, NatTargets.All, ConnectionTargets.All, RouterTargets.All, ReachTargets.All, RelayTargets.All, MailboxTargets.All, TorTargets.All,
            ForwardingTargets.All,
            PathTargets.All,
        }
        .SelectMany(targets => targets)
        .ToDictionary(target => target.Name, target => target.Make, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void HostileInput_NeverThrowsHangsOrGrows(string name)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KITH_FUZZ_SEED"), out var chosen) ? chosen : Environment.TickCount;
        output.WriteLine($"seed {seed} (KITH_FUZZ_SEED repeats it)");
        Targets[name]().Run(seed);
    }
}
