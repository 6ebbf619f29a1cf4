using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Storage.Drops;

namespace Kith.Mailbox.Tests.Holding;

/// <summary>A holder on a disk of its own, and honest things to ask of it.</summary>
internal sealed class HoldingWorld : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("kith-holding-").FullName;

    private readonly long _room;

    public HoldingWorld(long room = MailboxLimits.DefaultRoom, ISurplus? surplus = null)
    {
        _room = room;
        Store = new BreakableStore(DropStore.Open(_folder));
        Core = new HolderCore(Store, Key, SystemRandom.Instance, surplus);
        Core.Offer(room);
    }

    public long Now { get; set; } = Rows.Now;

    public X25519PublicKey Key { get; } = X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey;

    public BreakableStore Store { get; private set; }

    public HolderCore Core { get; private set; }

    public HoldingClient Client { get; } = HoldingClient.Stranger();

    public static byte[] Chunk(int size = 1_024) => SystemRandom.Instance.NextBytes(size);

    public void Dispose()
    {
        Core.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Ends as a killed process does, and begins again on the same disk.</summary>
    public void Restart()
    {
        Core.Dispose();
        Store = new BreakableStore(DropStore.Open(_folder));
        Core = new HolderCore(Store, Key, SystemRandom.Instance);
        Core.Offer(_room);
    }

    public PutItem Item(BoxKeys keys, byte[] chunk, ulong work = 0) =>
        new(EntryRules.Sign(keys, ChunkHash.Of(chunk), chunk.Length, EntryRules.ExpiryAt(Now, MailboxLimits.Kept), work), chunk);

    public T Ask<T>(MailboxRequest request, HoldingClient? client = null, ReadOnlyMemory<byte>? signedFor = null)
        where T : MailboxAnswer
    {
        client ??= Client;
        var number = client.Give(Core, Now, request, signedFor);
        Core.Finish(Now);
        return Assert.IsType<T>(client.Answers[number]);
    }

    public DropCode Put(BoxKeys keys, PutItem item, HoldingClient? client = null) => Assert.Single(Ask<PutAnswer>(new PutRequest(keys.Box, 0, [item]), client).Codes);

    public PutItem PutNew(BoxKeys keys, int size = 1_024, HoldingClient? client = null)
    {
        var item = Item(keys, Chunk(size));
        Assert.Equal(DropCode.Done, Put(keys, item, client));
        return item;
    }

    public DropCode Delete(BoxKeys keys, ChunkHash hash, HoldingClient? client = null) =>
        Assert.Single(Ask<DeleteAnswer>(new DeleteRequest(keys.Box, [new DeleteItem(hash, EntryRules.SignDelete(keys.Read!, keys.Address, hash))]), client).Codes);

    public EntriesAnswer List(BoxKeys keys, ReadFlags flags = ReadFlags.WithChunks, long after = 0, int most = WireLimits.MaxReadBytes, HoldingClient? client = null) =>
        Ask<EntriesAnswer>(new ReadRequest(keys.Box, flags, after, most, []) { Key = keys.Read }, client);

    public EntriesAnswer Fetch(BoxKeys keys, params ChunkHash[] hashes) =>
        Ask<EntriesAnswer>(new ReadRequest(keys.Box, ReadFlags.WithChunks, 0, WireLimits.MaxReadBytes, hashes) { Key = keys.Read });

    public AuditOutcome Audit(BoxKeys keys, ChunkHash hash, byte[]? nonce = null) =>
        Assert.Single(Ask<AuditAnswer>(new AuditRequest(keys.Address, nonce ?? new byte[ChunkAudit.NonceSize], [hash])).Outcomes);
}

/// <summary>A store whose disk fails when it is told to.</summary>
internal sealed class BreakableStore(IDropStore inner) : IDropStore
{
    private bool _isChanged;

    public bool Fails { get; set; }

    public int Commits { get; private set; }

    public string? Problem => Fails ? "the disk is full" : inner.Problem;

    public bool HasFailed => inner.HasFailed;

    public (long Believed, long Doubted) Clock => inner.Clock;

    public long Used => inner.Used;

    public int Boxes => inner.Boxes;

    public void NoteClock(long believed, long doubted) => inner.NoteClock(believed, doubted);

    public BoxSize Size(BoxAddress box) => inner.Size(box);

    public long SizeOfPrefix(ulong prefix) => inner.SizeOfPrefix(prefix);

    public long Add(long now, PublicBox box, BoxEntry entry, ulong prefix, ReadOnlySpan<byte> chunk)
    {
        _isChanged = true;
        return Fails ? now : inner.Add(now, box, entry, prefix, chunk);
    }

    public FoundEntry? Find(BoxAddress box, ChunkHash hash) => inner.Find(box, hash);

    public byte[]? Chunk(BoxAddress box, ChunkHash hash) => inner.Chunk(box, hash);

    public IReadOnlyList<KeptEntry> List(BoxAddress box, long after, int limit) => inner.List(box, after, limit);

    public void Delete(BoxAddress box, ChunkHash hash, long expiry, ReadOnlySpan<byte> deleteSignature, ulong prefix = 0)
    {
        _isChanged = true;
        if (!Fails)
            inner.Delete(box, hash, expiry, deleteSignature, prefix);
    }

    public void Drop(BoxAddress box, ChunkHash hash) => inner.Drop(box, hash);

    public int RemoveExpired(long now, int limit) => inner.RemoveExpired(now, limit);

    public IReadOnlyList<BoxAddress> BoxesFrom(BoxAddress? after, int limit) => inner.BoxesFrom(after, limit);

    public void Commit()
    {
        Commits += _isChanged ? 1 : 0;
        var fails = Fails && _isChanged;
        _isChanged = false;
        if (fails)
            throw new IOException(Problem);
        inner.Commit();
    }

    public void Dispose() => inner.Dispose();
}
