using Kith.Overlay.Dht;
using Kith.Simulation.Network;

namespace Kith.Simulation.Dht;

/// <summary>
/// Gives every node the routing table that it would have in a network where everybody has been for long: each bucket full of nodes drawn from all that belong there, through the table's own
/// door for nodes that answered, with its own limits. That is what joining by messages comes to (<see cref="JoiningTests"/> proves it in a smaller network), without a million joins.
/// </summary>
internal static class ConvergedTables
{
    /// <summary>Nodes were heard at most so long ago.</summary>
    private const int HeardWithin = 10 * 60 * 1000;

    // A draw may be a node that stands there already, or be refused: a bucket takes few nodes of one prefix.
    private const int DrawsForEachPlace = 3;

    public static void Fill(IEnumerable<(DhtCore Core, SimulatedNode Node)> nodes, SimulatedNetwork network, IReadOnlyList<int> bucketSizes)
    {
        var all = nodes.Select(node => (node.Core.Id, node.Core, node.Node)).ToArray();
        Array.Sort(all, (one, other) => one.Id.CompareTo(other.Id));
        Descend(all, 0, all.Length, []);

        // Follows the sorted ids down to each single one; on the way lie, left and right, the nodes of each of its buckets.
        void Descend((NodeId Id, DhtCore Core, SimulatedNode Node)[] sorted, int from, int to, List<(int From, int To)> buckets)
        {
            if (to - from == 1)
            {
                FillOne(sorted, sorted[from].Core, buckets);
                return;
            }

            if (to == from)
                return;
            var split = Split(sorted, from, to, buckets.Count);
            buckets.Add((split, to));
            Descend(sorted, from, split, buckets);
            buckets[^1] = (from, split);
            Descend(sorted, split, to, buckets);
            buckets.RemoveAt(buckets.Count - 1);
        }

        void FillOne((NodeId Id, DhtCore Core, SimulatedNode Node)[] sorted, DhtCore core, List<(int From, int To)> buckets)
        {
            for (var i = 0; i < buckets.Count; i++)
            {
                var (from, to) = buckets[i];
                var size = bucketSizes[Math.Min(i, bucketSizes.Count - 1)];
                var count = to - from;
                var draws = count <= size ? count : size * DrawsForEachPlace;
                var taken = 0;
                for (var draw = 0; draw < draws && taken < size; draw++)
                {
                    var other = sorted[from + (count <= size ? draw : network.Random.NextBelow(count))];
                    var heard = network.Now - network.Random.NextBelow(HeardWithin);
                    var before = core.Table.Count;
                    core.Table.Answered(heard, other.Id, other.Node.Address, 100);
                    taken += core.Table.Count - before;
                }
            }
        }
    }

    private static int Split((NodeId Id, DhtCore Core, SimulatedNode Node)[] sorted, int from, int to, int bit)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        while (from < to)
        {
            var middle = (from + to) / 2;
            sorted[middle].Id.CopyTo(bytes);
            if ((bytes[bit / 8] & (0x80 >> (bit % 8))) == 0)
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }
}
