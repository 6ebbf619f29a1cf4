using Kith.Storage.Keys;
using Kith.Storage.Sql;

namespace Kith.Storage;

/// <summary>A sealed row of nothing by which <c>vault.key</c> and <c>vault.db</c> are seen to belong together.</summary>
internal static class VaultCheck
{
    private static ReadOnlySpan<byte> AssociatedData => [(byte)SealedTable.Check];

    public static void Write(Database database, RowSealer sealer) =>
        database.Prepare("INSERT INTO meta (name, value) VALUES ('check', ?1)").Bind(1, sealer.Seal(AssociatedData, [])).Execute();

    /// <exception cref="VaultException">They do not belong together.</exception>
    public static void ThrowUnlessMatching(Database database, RowSealer sealer)
    {
        using var row = database.Prepare("SELECT value FROM meta WHERE name = 'check'").Query();
        if (!row.Next())
            throw RowSealer.Damaged();
        if (!sealer.TryOpen(AssociatedData, row.Blob(0), []))
            throw new VaultException(VaultFault.Damaged, "vault.key does not belong to this vault.db, or one of them is damaged: put back the copies that belong together");
    }
}
