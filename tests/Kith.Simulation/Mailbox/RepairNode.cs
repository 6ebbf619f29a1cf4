using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Repair;
using Kith.Mailbox.Wire;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Simulation.Mailbox;

/// <summary>A holder that looks after what it keeps: the real core of repair over a store in memory.</summary>
internal sealed class RepairNode : IHolderFinder, IHolderCalls
{
    private readonly RepairWorld _world;
    private readonly Dictionary<Endpoint, long> _passedOver = [];

    public RepairNode(RepairWorld world, Endpoint at, Honesty honesty)
    {
        (_world, At, Honesty) = (world, at, honesty);
        Place = HolderPlace.Of(at, withPort: false);
        Key = X25519PrivateKey.Generate(world.Random).PublicKey;
        Store = new MemoryStore();
        Core = new RepairCore(Store, this, this, world.Random);
    }

    public Endpoint At { get; }

    public BoxAddress Place { get; }

    public X25519PublicKey Key { get; }

    public Honesty Honesty { get; }

    public bool IsUp { get; set; } = true;

    public MemoryStore Store { get; private set; }

    public RepairCore Core { get; private set; }

    /// <summary>How many it has found lying.</summary>
    public int Distrusted { get; private set; }

    /// <summary>Its disk is lost: it goes on with nothing.</summary>
    public void Wipe()
    {
        Store = new MemoryStore();
        Core = new RepairCore(Store, this, this, _world.Random);
    }

    public void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found)
    {
        var nearest = _world.Nearest(address, this).Where(node => _passedOver.GetValueOrDefault(node.At) <= now).Take(count).Select(node => node.At).ToList();
        _world.After(RepairWorld.Delay, later => found(later, nearest));
    }

    public bool IsSelf(Endpoint holder) => holder == At;

    public void Failed(long now, Endpoint holder) => _passedOver[holder] = now + 60_000;

    public void Distrust(long now, Endpoint holder)
    {
        Distrusted++;
        _passedOver[holder] = now + (long)RepairPolicy.Distrust.TotalMilliseconds;
    }

    public void Ask(Endpoint holder, HolderRequest request) => _world.Carry(this, holder, request);

    public void Drop(Endpoint holder, HolderRequest request)
    {
    }

    /// <summary>What a client or another holder asks; null where nothing is answered.</summary>
    public MailboxAnswer? Answer(long now, MailboxRequest request)
    {
        switch (request)
        {
            case PutRequest put:
                if (Honesty != Honesty.KeepsNothing)
                    Take(now, put);
                return new PutAnswer([.. put.Items.Select(_ => DropCode.Done)], default);
            case AuditRequest audit:
                return new AuditAnswer([.. audit.Hashes.Select(hash => Prove(audit, hash))]);
            case DeleteRequest delete:
                foreach (var item in delete.Items)
                    Store.Delete(delete.Box.Address, item.Hash, long.MaxValue, item.Signature.Span);
                Core.Entered(now, delete.Box.Address);
                return new DeleteAnswer([.. delete.Items.Select(_ => DropCode.Done)]);
            default:
                return null;
        }
    }

    private void Take(long now, PutRequest put)
    {
        foreach (var item in put.Items)
        {
            Assert.True(EntryRules.IsSigned(put.Box, item.Entry) && EntryRules.IsOf(item.Entry, item.Chunk.Span));
            var entry = item.Entry;
            if (Store.Find(put.Box.Address, entry.Hash) is null)
                Store.Add(now, put.Box, entry, 0, item.Chunk.Span);
        }

        Core.Entered(now, put.Box.Address);
    }

    private AuditOutcome Prove(AuditRequest audit, ChunkHash hash)
    {
        if (Honesty == Honesty.KeepsNothing)
            return new AuditOutcome(AuditState.Kept, new byte[32]);
        if (Store.Find(audit.Address, hash) is not { } entry)
            return new AuditOutcome(AuditState.Absent, default);
        return entry.DeleteSignature is { } signature
            ? new AuditOutcome(AuditState.Deleted, signature)
            : new AuditOutcome(AuditState.Kept, ChunkAudit.Digest(audit.Nonce.Span, Key, Store.Chunk(audit.Address, hash)));
    }
}
