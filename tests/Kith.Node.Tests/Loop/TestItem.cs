using Kith.Node.Loop;

namespace Kith.Node.Tests.Loop;

/// <summary>An item that notes what becomes of it.</summary>
internal sealed class TestItem(
    List<string> log, string name, Action run, bool onlyReads = false, bool compound = false, bool outside = false, bool mayWait = false) : WorkItem
{
    public override bool OnlyReads => onlyReads;

    public override bool Compound => compound;

    public override bool OutsideTransactions => outside;

    public override bool MayWait => mayWait;

    public override void Run()
    {
        log.Add("run " + name);
        run();
    }

    public override void Complete() => log.Add("done " + name);

    public override void Fail(Exception reason) => log.Add($"fail {name}: {reason.Message}");
}
