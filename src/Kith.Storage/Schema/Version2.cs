using Kith.Storage.Sql;

namespace Kith.Storage.Schema;

/// <summary>
/// Changes no table: what stands sealed in them has more to say (when holders have an item of the outbox, what a link's boxes need). An older Kith cannot read that and has
/// to refuse the file rather than call it damaged.
/// </summary>
internal sealed class Version2 : IMigration
{
    public int Version => 2;

    public void Apply(Database database)
    {
    }
}
