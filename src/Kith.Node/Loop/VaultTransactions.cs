using Kith.Storage;

namespace Kith.Node.Loop;

/// <summary>The vault's own transactions.</summary>
internal sealed class VaultTransactions(Vault vault) : ITransactions
{
    public void Begin() => vault.Begin();

    public void Commit() => vault.Commit();

    public void Rollback() => vault.Rollback();
}
