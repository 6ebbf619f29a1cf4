using Kith.Storage;

namespace Kith.Node.Loop;

/// <summary>Tidies the vault and the heap, outside of any transaction.</summary>
internal sealed class UpkeepItem(Vault vault) : WorkItem
{
    public override bool OnlyReads => true;

    public override bool OutsideTransactions => true;

    public override void Run()
    {
        vault.Maintain();
        IdleMemory.GiveBack();
    }
}

/// <summary>Does what is due. By itself it is no work that would need upkeep.</summary>
internal sealed class TickItem(Action tick) : WorkItem
{
    public override void Run() => tick();
}
