using Kith.Storage.Sql;

namespace Kith.Storage.Stores;

/// <summary>What the stores and the vault tell one another about the open transaction.</summary>
internal sealed class WriteGuard(Database database)
{
    /// <summary>Whether a transaction is open.</summary>
    public bool Writing { get; set; }

    /// <summary>Whether content was removed since the write-ahead log was last wiped.</summary>
    public bool Erased { get; set; }

    /// <summary>
    /// Outside of a transaction a store would sync each row, and leave half of a change behind when it fails; so too when an error (a full
    /// disk) has made SQLite end the transaction by itself: then that error is said again until the caller rolls back.
    /// </summary>
    public void ThrowUnlessWriting()
    {
        if (!Writing)
            throw new InvalidOperationException("the vault is written inside a transaction: call Begin first");
        if (!database.InTransaction)
            throw (Exception?)database.LastFault ?? new InvalidOperationException("the transaction has ended by itself");
    }
}
