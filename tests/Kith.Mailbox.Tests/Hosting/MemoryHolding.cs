using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Keeps boxes in memory and checks nothing: for tests of what stands around it.</summary>
internal sealed class MemoryHolding : IHolding
{
    private readonly Dictionary<BoxAddress, List<(long Place, ChunkHash Hash, byte[] Chunk)>> _boxes = [];
    private readonly List<(BoxAddress Box, IHolderClient Client, ulong Number, ReadRequest Request)> _watchers = [];
    private readonly List<Action> _answers = [];
    private volatile int _straight;
    private volatile int _sealed;
    private long _room;
    private long _place;

    public long Used => _boxes.Values.Sum(box => box.Sum(entry => (long)entry.Chunk.Length));

    public int Boxes => _boxes.Count(box => box.Value.Count > 0);

    public string? Problem => null;

    public long NextDeadline => long.MaxValue;

    public void Offer(long bytes) => _room = bytes;

    public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
    {
        MailboxAnswer answer = request switch
        {
            HelloRequest => new WelcomeAnswer(_room > 0, true, (uint)(_room >> 20), new WorkWanted(0, new byte[WireLimits.ChallengeSize])),
            PutRequest put => Put(put),
            ReadRequest read => Read(client, number, read),
            DeleteRequest delete => Delete(delete),
            _ => throw new NotSupportedException(),
        };
        _answers.Insert(0, () => client.Answer(number, answer));
    }

    /// <summary>Requests for news that stand, straight and through others. On any thread.</summary>
    public (int Straight, int Sealed) Watching => (_straight, _sealed);

    public void Gone(IHolderClient client)
    {
        _watchers.RemoveAll(one => one.Client == client);
        CountWatchers();
    }

    private void CountWatchers() => (_straight, _sealed) = (_watchers.Count(static one => one.Client == one.Client.Stream), _watchers.Count(static one => one.Client != one.Client.Stream));

    public void Finish(long now)
    {
        foreach (var answer in _answers)
            answer();
        _answers.Clear();
    }

    public void Dispose()
    {
    }

    private PutAnswer Put(PutRequest put)
    {
        if (!_boxes.TryGetValue(put.Box.Address, out var box))
            _boxes.Add(put.Box.Address, box = []);
        var codes = new List<DropCode>();
        foreach (var item in put.Items)
        {
            codes.Add(_room > 0 ? DropCode.Done : DropCode.NoRoom);
            if (_room == 0 || box.Exists(one => one.Hash == item.Entry.Hash))
                continue;
            var entry = (++_place, item.Entry.Hash, item.Chunk.ToArray());
            box.Add(entry);
            foreach (var (_, client, number, request) in _watchers.Where(one => one.Box == put.Box.Address))
                _answers.Add(() => client.Tell(number, new EntriesAnswer(DropCode.Done, false, entry.Item1, [Listed(entry, request)])));
        }

        return new PutAnswer(codes, new WorkWanted(0, new byte[WireLimits.ChallengeSize]));
    }

    private EntriesAnswer Read(IHolderClient client, ulong number, ReadRequest read)
    {
        if (!read.IsSignedFor(client.HandshakeHash.Span))
            return new EntriesAnswer(DropCode.Signature, false, 0, []);
        if (read.Flags.HasFlag(ReadFlags.News))
        {
            client.IsWatching = true;
            _watchers.Add((read.Box.Address, client, number, read));
            CountWatchers();
        }

        var box = _boxes.GetValueOrDefault(read.Box.Address) ?? [];
        var entries = (read.Hashes.Count > 0 ? box.Where(one => read.Hashes.Contains(one.Hash)) : box.Where(one => one.Place > read.After)).ToList();
        return new EntriesAnswer(DropCode.Done, false, entries.Count > 0 ? entries.Max(one => one.Place) : read.After, [.. entries.Select(one => Listed(one, read))]);
    }

    private DeleteAnswer Delete(DeleteRequest delete)
    {
        if (_boxes.TryGetValue(delete.Box.Address, out var box))
            box.RemoveAll(one => delete.Items.Any(item => item.Hash == one.Hash));
        return new DeleteAnswer([.. delete.Items.Select(_ => DropCode.Done)]);
    }

    private static ListedEntry Listed((long Place, ChunkHash Hash, byte[] Chunk) one, ReadRequest read) =>
        new(one.Place, one.Hash, one.Chunk.Length, read.Flags.HasFlag(ReadFlags.WithChunks) ? one.Chunk : default(ReadOnlyMemory<byte>));
}
