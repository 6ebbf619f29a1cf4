using Kith.Node.Loop;
using Kith.Storage;

namespace Kith.Node.Tests.Loop;

/// <summary>Transactions that fail when told.</summary>
internal sealed class FakeVault(List<string> log) : ITransactions
{
    public VaultException? FailCommit { get; set; }

    public void Begin() => log.Add("begin");

    public void Commit()
    {
        if (FailCommit is { } failure)
            throw failure;
        log.Add("commit");
    }

    public void Rollback() => log.Add("rollback");
}
