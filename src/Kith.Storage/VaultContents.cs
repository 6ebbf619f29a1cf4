using Kith.Storage.Sql;
using Kith.Storage.Stores;
using Kith.Wire;

namespace Kith.Storage;

/// <summary>What exports and imports need of a vault besides its stores: the marks of received ids.</summary>
internal sealed class VaultContents(Database database, PeerTable peers, ReceivedMarks received)
{
    /// <summary>Every mark: from whom, which id, on which day.</summary>
    public IEnumerable<(AccountId From, MessageId Id, long Day)> Received() =>
        received.All().Select(mark => (peers.Get(mark.Peer), mark.Id, mark.Day));

    /// <summary>Everybody with a message in the history.</summary>
    public IReadOnlyList<AccountId> Conversations() => peers.WithMessages().ConvertAll(peers.Get);

    /// <summary>Notes a mark of another vault.</summary>
    public void AddReceived(AccountId from, MessageId id, long day) => received.Add(peers.Intern(from), id, day);

    /// <summary>A statement over the tables as they are, for tests.</summary>
    public Statement Prepare(string sql) => database.Prepare(sql);
}
