using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Holding;

/// <summary>Random requests, honest and not, by many clients: nothing throws, each is answered once, no bound is passed, and what was acknowledged is there until its reader deletes it or it expires.</summary>
public sealed class HolderFuzzTests
{
    private const long Room = 1 << 20;
    private const int Steps = 4_000;

    private readonly Dictionary<(int Box, ChunkHash Hash), long> _kept = [];
    private readonly HashSet<(int Box, ChunkHash Hash)> _deleted = [];
    private readonly List<PutItem>[] _made = [.. Enumerable.Range(0, 6).Select(_ => new List<PutItem>())];
    private readonly BoxKeys[] _boxes = [.. Enumerable.Range(0, 6).Select(i => Rows.Keys(index: i))];

    [Fact]
    public void RandomRequests_KeepEveryPromise()
    {
        using var world = new HoldingWorld(Room);
        var clients = Enumerable.Range(0, 5).Select(i => i == 0 ? new HoldingClient(null, isNear: true) : HoldingClient.Stranger(i)).ToArray();
        var asked = new List<(HoldingClient Client, ulong Number, Action<MailboxAnswer> Check)>();
        for (var step = 0; step < Steps; step++)
        {
            var at = Dice(clients.Length);
            switch (Dice(40))
            {
                case 0:
                    world.Core.Gone(clients[at]);
                    asked.RemoveAll(one => one.Client == clients[at]);
                    clients[at] = HoldingClient.Stranger(Dice(8));
                    break;
                case 1:
                    world.Now += Dice(3_600_000 * 12);
                    break;
                case 2:
                    world.Core.Offer(Dice(2) == 0 ? Room : Dice((int)Room));
                    break;
                case < 12:
                    Finish(world, asked);
                    break;
                default:
                    Ask(world, clients[at], asked);
                    break;
            }
        }

        world.Core.Offer(Room);
        Finish(world, asked);
        foreach (var ((box, hash), expiry) in _kept)
        {
            if (expiry > world.Now && !_deleted.Contains((box, hash)))
                Assert.Equal(hash, ChunkHash.Of(Assert.Single(world.Fetch(_boxes[box], hash).Entries).Chunk.Span));
        }

        world.Now += (long)TimeSpan.FromDays(32).TotalMilliseconds;
        for (var left = 200; left > 0 && world.Core.Used > 0; left--)
            world.Core.Finish(Math.Max(world.Now, world.Core.NextDeadline));
        Assert.Equal((0L, 0), (world.Core.Used, world.Core.Boxes));
    }

    private void Finish(HoldingWorld world, List<(HoldingClient Client, ulong Number, Action<MailboxAnswer> Check)> asked)
    {
        world.Core.Finish(world.Now);
        foreach (var (client, number, check) in asked)
            check(client.Answers[number]);
        asked.Clear();
        Assert.InRange(world.Core.Used, 0, Room);
        Assert.InRange(world.Core.Boxes, 0, _boxes.Length);
    }

    private void Ask(HoldingWorld world, HoldingClient client, List<(HoldingClient Client, ulong Number, Action<MailboxAnswer> Check)> asked)
    {
        var box = Dice(_boxes.Length);
        var keys = _boxes[box];
        switch (Dice(6))
        {
            case 0 or 1:
                var items = Enumerable.Range(0, Dice(4)).Select(_ => Item(world, box)).ToList();
                asked.Add((client, client.Give(world.Core, world.Now, new PutRequest(keys.Box, (ulong)Dice(100), items)), answer => Check((PutAnswer)answer, box, items)));
                break;
            case 2:
                var hashes = Enumerable.Range(0, Dice(4)).Select(_ => Known(box)).ToList();
                var flags = (ReadFlags)Dice(4);
                var read = new ReadRequest(keys.Box, flags, Dice(2) * (world.Now - Dice(1_000_000)), Dice(WireLimits.MaxReadBytes), hashes) { Key = Dice(5) == 0 ? keys.Write : keys.Read };
                asked.Add((client, client.Give(world.Core, world.Now, read), answer => Assert.All(((EntriesAnswer)answer).Entries, entry => Assert.True(entry.Chunk.IsEmpty || ChunkHash.Of(entry.Chunk.Span) == entry.Hash))));
                break;
            case 3:
                var (hash, isHonest) = (Known(box), Dice(4) != 0);
                // Also when its client is gone before the answer.
                if (isHonest)
                    _deleted.Add((box, hash));
                var delete = new DeleteItem(hash, EntryRules.SignDelete(isHonest ? keys.Read! : keys.Write, keys.Address, hash));
                asked.Add((client, client.Give(world.Core, world.Now, new DeleteRequest(keys.Box, [delete])), answer => Assert.Equal(isHonest, Assert.Single(((DeleteAnswer)answer).Codes) != DropCode.Signature)));
                break;
            case 4:
                asked.Add((client, client.Give(world.Core, world.Now, new AuditRequest(keys.Address, new byte[ChunkAudit.NonceSize], [Known(box), ChunkHash.Of([1])])), answer => Assert.Equal(2, ((AuditAnswer)answer).Outcomes.Count)));
                break;
            default:
                asked.Add((client, client.Give(world.Core, world.Now, new HelloRequest()), answer => Assert.IsType<WelcomeAnswer>(answer)));
                break;
        }
    }

    private PutItem Item(HoldingWorld world, int box)
    {
        if (_made[box].Count > 0 && Dice(3) == 0)
            return _made[box][Dice(_made[box].Count)];
        var item = world.Item(_boxes[box], HoldingWorld.Chunk(1_024 << Dice(6)));
        _made[box].Add(item);
        return Dice(8) switch
        {
            0 => item with { Chunk = HoldingWorld.Chunk(item.Chunk.Length) },
            1 => item with { Entry = item.Entry with { Expiry = item.Entry.Expiry + Dice(100_000) } },
            2 => item with { Entry = item.Entry with { Work = 1 } },
            _ => item,
        };
    }

    private ChunkHash Known(int box) => _made[box].Count > 0 && Dice(5) != 0 ? _made[box][Dice(_made[box].Count)].Entry.Hash : ChunkHash.Of(SystemRandom.Instance.NextBytes(8));

    private void Check(PutAnswer answer, int box, List<PutItem> items)
    {
        Assert.Equal(items.Count, answer.Codes.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var (entry, key) = (items[i].Entry, (box, items[i].Entry.Hash));
            if (answer.Codes[i] != DropCode.Done)
                continue;
            Assert.True(EntryRules.IsSigned(_boxes[box].Box, entry) && EntryRules.IsOf(entry, items[i].Chunk.Span) && ChunkFormat.IsSize(entry.Size));
            _kept.TryAdd(key, entry.Expiry);
        }
    }

    private static int Dice(int sides) => SystemRandom.Instance.NextInt32(sides);
}
