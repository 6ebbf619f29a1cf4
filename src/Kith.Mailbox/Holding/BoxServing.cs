using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Holding;

/// <summary>Answers what changes nothing, from what is committed. A chunk that has rotted on the disk is given to nobody and dropped: repair brings it again.</summary>
internal sealed class BoxServing(IDropStore store, X25519PublicKey key)
{
    /// <summary>Lists a box, or fetches from it. Whether the reader asks has been checked.</summary>
    public EntriesAnswer Read(HolderTime now, ReadRequest request)
    {
        var page = new Page(request);
        if (request.Hashes.Count > 0)
        {
            foreach (var hash in request.Hashes)
            {
                if (store.Find(request.Box.Address, hash) is { DeleteSignature: null } found && found.Expiry > now.Believed
                    && !TryAdd(page, request, found.Place, hash, found.Size))
                    break;
            }

            return page.ToAnswer();
        }

        // Of what cannot be given in one answer no more is looked at than tells that there is more.
        var limit = page.BringsChunks ? Math.Min(WireLimits.MaxEntries, (page.Most / MailboxLimits.MinChunk) + 1) : WireLimits.MaxEntries;
        var entries = store.List(request.Box.Address, request.After, limit);
        foreach (var entry in entries)
        {
            if (entry.Expiry > now.Believed && !TryAdd(page, request, entry.Place, entry.Hash, entry.Size))
                return page.ToAnswer();
            page.Pass(entry.Place);
        }

        return page.ToAnswer(hasMore: entries.Count == limit);
    }

    /// <summary>Proves what is kept.</summary>
    public AuditAnswer Audit(HolderTime now, AuditRequest request) =>
        new([.. request.Hashes.Select(hash => Audit(now, request, hash))]);

    private AuditOutcome Audit(HolderTime now, AuditRequest request, ChunkHash hash)
    {
        if (store.Find(request.Address, hash) is not { } found || found.Expiry <= now.Believed)
            return new AuditOutcome(AuditState.Absent, default);
        if (found.DeleteSignature is { } signature)
            return new AuditOutcome(AuditState.Deleted, signature);
        return Chunk(request.Address, hash) is { } chunk
            ? new AuditOutcome(AuditState.Kept, ChunkAudit.Digest(request.Nonce.Span, key, chunk))
            : new AuditOutcome(AuditState.Absent, default);
    }

    private bool TryAdd(Page page, ReadRequest request, long place, ChunkHash hash, int size)
    {
        ReadOnlyMemory<byte> chunk = default;
        if (page.BringsChunks)
        {
            if (!page.HasRoom(size))
                return false;
            if (page.IsWithin(size))
            {
                if (Chunk(request.Box.Address, hash) is not { } whole)
                    return true;
                chunk = whole;
            }
        }

        page.Add(new ListedEntry(place, hash, size, chunk));
        return true;
    }

    private byte[]? Chunk(BoxAddress box, ChunkHash hash)
    {
        if (store.Chunk(box, hash) is not { } chunk)
            return null;
        if (ChunkHash.Of(chunk) == hash)
            return chunk;
        store.Drop(box, hash);
        return null;
    }

    /// <summary>An answer as it grows.</summary>
    private sealed class Page(ReadRequest request)
    {
        private readonly List<ListedEntry> _entries = [];
        private int _bytes;
        private bool _isFull;
        private long _last = request.After;

        public bool BringsChunks { get; } = request.Flags.HasFlag(ReadFlags.WithChunks);

        public int Most { get; } = Math.Clamp(request.MostBytes, 0, WireLimits.MaxReadBytes);

        /// <summary>Whether a chunk of this size would ever fit; it is listed without its bytes otherwise.</summary>
        public bool IsWithin(int size) => size <= Most;

        /// <summary>Whether an entry goes into this answer; after the first no, none does.</summary>
        public bool HasRoom(int size)
        {
            _isFull |= _entries.Count >= WireLimits.MaxEntries || (IsWithin(size) && _bytes + size > Most);
            return !_isFull;
        }

        public void Add(ListedEntry entry)
        {
            _entries.Add(entry);
            _bytes += entry.Chunk.Length;
            Pass(entry.Place);
        }

        public void Pass(long place) => _last = Math.Max(_last, place);

        public EntriesAnswer ToAnswer(bool hasMore = false) => new(DropCode.Done, hasMore || _isFull, _last, _entries);
    }
}
