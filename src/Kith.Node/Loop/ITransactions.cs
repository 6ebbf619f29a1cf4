namespace Kith.Node.Loop;

/// <summary>The vault as the loop uses it.</summary>
internal interface ITransactions
{
    /// <summary>Starts a transaction.</summary>
    void Begin();

    /// <summary>Ends it durably; when it throws, it is rolled back.</summary>
    void Commit();

    /// <summary>Undoes it.</summary>
    void Rollback();
}
