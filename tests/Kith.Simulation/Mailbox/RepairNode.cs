using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Mailbox;
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

/// <summary>A holder that looks after what it keeps: the real cores over a store in memory.</summary>
internal sealed class RepairNode : IHolderFinder, IHolderCalls
{
    private readonly RepairWorld _world;
    private readonly Dictionary<Endpoint, long> _passedOver = [];

    public RepairNode(RepairWorld world, Endpoint at, Honesty honesty)
    {
        (_world, At, Honesty) = (world, at, honesty);
        Place = HolderPlace.Of(at, withPort: false);
        Key = X25519PrivateKey.Generate(world.Random).PublicKey;
        Wipe();
    }

    public Endpoint At { get; }

    public BoxAddress Place { get; }

    public X25519PublicKey Key { get; }

    public Honesty Honesty { get; }

    public bool IsUp { get; set; } = true;

    public MemoryStore Store { get; private set; }

    /// <summary>What answers, and has the core of repair do what is due.</summary>
    public IHolding Holding { get; private set; }

    public RepairCore Core { get; private set; }

    /// <summary>How many it has found lying.</summary>
    public int Distrusted { get; private set; }

    /// <summary>Its disk is lost: it goes on with nothing.</summary>
    [MemberNotNull(nameof(Store), nameof(Core), nameof(Holding))]
    public void Wipe(long room = MailboxLimits.DefaultRoom)
    {
        Store = new MemoryStore();
        Core = new RepairCore(Store, this, this, _world.Random);
        Holding = new RepairedHolding(new HolderCore(Store, Key, _world.Random, Core), Core, Store);
        Holding.Offer(room);
    }

    public void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found)
    {
        var nearest = _world.Nearest(address, this).Where(node => _passedOver.GetValueOrDefault(node.At) <= now).Take(count).Select(node => node.At).ToList();
        _world.After(RepairWorld.Delay, later => found(later, nearest));
    }

    public bool IsSelf(Endpoint holder) => holder == At;

    // Who is silent is not found again before it has answered.
    public void Failed(long now, Endpoint holder) => _passedOver[holder] = _world.IsDeathKnown ? now + 60_000 : long.MaxValue;

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
    public MailboxAnswer? Answer(long now, MailboxRequest request, IHolderClient? client = null)
    {
        switch (request)
        {
            case PutRequest put when Honesty == Honesty.KeepsNothing:
                return new PutAnswer([.. put.Items.Select(static _ => DropCode.Done)], default);
            case AuditRequest audit when Honesty == Honesty.KeepsNothing:
                return new AuditAnswer([.. audit.Hashes.Select(static _ => new AuditOutcome(AuditState.Kept, new byte[32]))]);
            case AuditRequest audit when Honesty == Honesty.SaysDeleted:
                return new AuditAnswer([.. audit.Hashes.Select(static _ => new AuditOutcome(AuditState.Deleted, new byte[64]))]);
        }

        var asking = client as SimulatedClient ?? new SimulatedClient(null);
        Holding.Take(now, asking, 1, request);
        Holding.Finish(now);
        return asking.Last;
    }

    /// <summary>Whoever asks, as the holder sees it.</summary>
    internal sealed class SimulatedClient(Endpoint? from) : IHolderClient
    {
        public Endpoint? From => from;

        public bool IsNear { get; init; }

        public ReadOnlyMemory<byte> HandshakeHash => default;

        public bool IsWatching { get; set; }

        /// <summary>The last answer.</summary>
        public MailboxAnswer? Last { get; private set; }

        public void Answer(ulong number, MailboxAnswer answer) => Last = answer;

        public void Tell(ulong number, EntriesAnswer news)
        {
        }

        public void End(ulong code)
        {
        }
    }
}
