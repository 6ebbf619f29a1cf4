using Kith.Storage.Sql;

namespace Kith.Storage.Schema;

/// <summary>One step of the schema. Steps that were released never change.</summary>
internal interface IMigration
{
    /// <summary>The version that the step leads to: one more than the one it starts from.</summary>
    int Version { get; }

    /// <summary>Changes the database, inside the transaction that also sets the version.</summary>
    void Apply(Database database);
}
