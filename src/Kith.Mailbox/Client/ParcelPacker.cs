using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>What goes into one chunk.</summary>
/// <param name="Items">The items, in the writer's order.</param>
/// <param name="Parcels">Whose envelopes, or pieces of them, they are.</param>
internal sealed record PackedChunk(List<ChunkItem> Items, List<MessageId> Parcels);

/// <summary>Puts what waits for one reader into as few chunks as hold it, in order (docs/protocol/mailbox.md, "Chunks").</summary>
internal static class ParcelPacker
{
    /// <summary>Below this it is not worth to begin a large envelope in what is left of a chunk.</summary>
    private const int LeastPiece = 1024;

    private const int FullPiece = ChunkFormat.MaxItems - ChunkItem.PieceHead;

    /// <summary>Packs as many parcels from the front as one PUT takes.</summary>
    /// <param name="parcels">What waits.</param>
    /// <param name="random">For the ids of pieces.</param>
    /// <param name="taken">How many parcels the chunks hold, at least 1 unless there are none.</param>
    /// <param name="most">Bytes of chunks with their entries, at most.</param>
    public static List<PackedChunk> Pack(IReadOnlyList<Parcel> parcels, IRandom random, out int taken, int most = WireLimits.MaxPutBytes)
    {
        var packing = new Packing(most);
        taken = 0;
        foreach (var parcel in parcels)
        {
            if (!packing.TryAdd(parcel, random))
                break;
            taken++;
        }

        return packing.Finish();
    }

    private sealed class Packing(int most)
    {
        private readonly List<PackedChunk> _chunks = [];
        private int _bytes; // of the chunks before the last one
        private int _used = ChunkFormat.MaxItems; // of the last one

        public bool TryAdd(in Parcel parcel, IRandom random)
        {
            var whole = ChunkItem.Whole(parcel.Envelope);
            if (whole.WireSize <= ChunkFormat.MaxItems)
            {
                if (_used + whole.WireSize > ChunkFormat.MaxItems && !TryOpen(1))
                    return false;
                Add(whole, parcel.Id);
                return true;
            }

            // Larger than a chunk: what is left of this one, then whole ones.
            var room = ChunkFormat.MaxItems - _used - ChunkItem.PieceHead;
            var first = room >= LeastPiece ? room : 0;
            var others = (parcel.Envelope.Length - first + FullPiece - 1) / FullPiece;
            if (!Fits(others))
                return false;
            AddPieces(parcel, first, new Bits128(random.NextUInt64(), random.NextUInt64()), (byte)(others + (first > 0 ? 1 : 0)));
            return true;
        }

        public List<PackedChunk> Finish() => _chunks;

        private void AddPieces(in Parcel parcel, int first, Bits128 id, byte count)
        {
            var rest = parcel.Envelope;
            for (byte index = 0; index < count; index++)
            {
                var size = index == 0 && first > 0 ? first : Math.Min(FullPiece, rest.Length);
                if (index > 0 || first == 0)
                    TryOpen(1);
                Add(new ChunkItem(rest[..size], id, index, count), parcel.Id);
                rest = rest[size..];
            }
        }

        private void Add(in ChunkItem item, MessageId id)
        {
            var chunk = _chunks[^1];
            chunk.Items.Add(item);
            chunk.Parcels.Add(id);
            _used += item.WireSize;
        }

        private bool Fits(int more)
        {
            const int LargestPut = BoxEntry.WireSize + MailboxLimits.MaxChunk;
            var last = _chunks.Count == 0 ? 0 : LargestPut;
            return _chunks.Count + more <= WireLimits.MaxPut && _bytes + last + (more * LargestPut) <= most;
        }

        private bool TryOpen(int more)
        {
            if (!Fits(more))
                return false;
            if (_chunks.Count > 0)
                _bytes += BoxEntry.WireSize + ChunkFormat.SizeFor(_used);
            _chunks.Add(new PackedChunk([], []));
            _used = 0;
            return true;
        }
    }
}
