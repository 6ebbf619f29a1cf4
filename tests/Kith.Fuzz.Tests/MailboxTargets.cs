using System.Buffers;
using Kith.Crypto;
using Kith.Mailbox;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>Drops: what a client can send a holder, what a holder can answer, and what whoever has the chunk key can seal; and live cores of the client under answers of hostile holders.</summary>
internal static class MailboxTargets
{
    private const long Now = 1_790_000_000_000;
    private static readonly BoxSecret Secret = new([.. Enumerable.Range(0, BoxSecret.Size).Select(i => (byte)i)]);
    private static readonly BoxKeys Keys = BoxKeys.ForReader(new ReadableBox(Secret, WritableBox.PairPeriod), 20_717);
    private static readonly byte[] Session = new byte[32];
    private static readonly X25519PublicKey HolderKey = X25519PrivateKey.Generate(SystemRandom.Instance).PublicKey;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("drop requests", () => new FuzzTarget("drop requests", [.. Requests().Select(Written)], Request)),
        ("drop answers", () => new FuzzTarget("drop answers", [.. Answers().Select(Written)], Answer)),
        ("drop chunk", Chunk),
        ("drop items", () => new FuzzTarget("drop items", Items(), Packed, Longest: 17_000)),
        ("drop entry", () => new FuzzTarget("drop entry", [[.. Keys.Box.Bytes, .. Written(Requests()[1])[^(BoxEntry.WireSize + MailboxLimits.MinChunk)..]]], Entry, Longest: 2000, Cost: 4)),
        ("live drop clients", LiveClients),
        ("passed drop frames", () => new FuzzTarget("passed drop frames", [Padded(Written(Requests()[0])), Padded(Written(Requests()[1]))], input => PassPadding.TryTake(input, out _))),
        ("passed drop requests", PassedRequests),
        ("passed drop answers", PassedAnswers),
        ("drop answers through a chain", ChainAnswers),
    ];

    private static byte[] Sealed() => ChunkFormat.Seal(Keys, 7, Items()[0], SystemRandom.Instance);

    private static byte[][] Items() =>
    [
        ChunkItems.Write([ChunkItem.Whole(new byte[512]), ChunkItem.Whole(new byte[] { 1, 2, 3 })]),
        [.. ChunkItems.Write([new ChunkItem(new byte[700], new Bits128(0, 9), 0, 3), new ChunkItem(new byte[20], new Bits128(0, 9), 2, 3)]), 0, 0, 0],
    ];

    private static MailboxRequest[] Requests()
    {
        var chunk = Sealed();
        var hash = ChunkHash.Of(chunk);
        var entry = EntryRules.Sign(Keys, hash, chunk.Length, EntryRules.ExpiryAt(Now, MailboxLimits.Kept), 0);
        return
        [
            new HelloRequest(), new PutRequest(Keys.Box, 3, [new PutItem(entry, chunk)]) { Challenge = Session.AsMemory(0, WireLimits.ChallengeSize) }, new ReadRequest(Keys.Box, ReadFlags.WithChunks, 4, 5, [hash]) { Key = Keys.Read },
            new DeleteRequest(Keys.Box, [new DeleteItem(hash, EntryRules.SignDelete(Keys.Read!, Keys.Address, hash))]), new AuditRequest(Keys.Address, new byte[16], [hash, hash]),
            new PassRequest(Endpoint.FromIPv4(0x7F00_0001, 7300), new byte[40]), new SealedRequest(new byte[40]), new EndRequest(1),
            new FindRequest(4, 0x7000_0000),
        ];
    }

    private static MailboxAnswer[] Answers()
    {
        var chunk = Sealed();
        return
        [
            new WelcomeAnswer(true, true, 9, new WorkWanted(1, new byte[16])), new PutAnswer([DropCode.Done, DropCode.Full], new WorkWanted(0, new byte[16])),
            new EntriesAnswer(DropCode.Done, false, 9, [new ListedEntry(9, ChunkHash.Of(chunk), chunk.Length, chunk), new ListedEntry(3, ChunkHash.Of([1]), 2048, default)]),
            new DeleteAnswer([DropCode.Done]), new AuditAnswer([new(AuditState.Absent, default), new(AuditState.Kept, new byte[32]), new(AuditState.Deleted, new byte[64])]),
            new PassAnswer(DropCode.Done, new byte[9]), new SealedAnswer(DropCode.Done, new byte[9]),
            new FoundAnswer(DropCode.Done, [new(Endpoint.FromIPv4(0xC600_0105, 7300), HolderKey), new(Endpoint.FromIPv6(0x2001_0db8_0000_0000, 1, 7300), HolderKey)]),
        ];
    }

    private static byte[] Padded(byte[] frame) => [.. frame, .. new byte[PassPadding.SizeFor(frame.Length) - frame.Length]];

    // What anybody can send a holder through somebody else: each input is two key agreements, so the full run has fewer of them.
    private static FuzzTarget PassedRequests()
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        byte[][] corpus = [.. Requests().Take(4).Append(Requests()[5]).Select(request => new PassSeal(key.PublicKey, request, SystemRandom.Instance).Seal().ToArray())];
        return new FuzzTarget("passed drop requests", corpus, input =>
        {
            var isOpen = PassOpened.TryOpen(key, input, SystemRandom.Instance, out var opened);
            opened?.Dispose();
            return isOpen;
        }, Longest: 5_000, Cost: 20, FullRun: 100_000);
    }

    // What whoever passes on can give back, and the holder: of one that was answered already, and of one that was not.
    private static FuzzTarget PassedAnswers()
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var honest = new byte[] { 0 };
        return new FuzzTarget("passed drop answers", [honest, [.. new byte[2_000]]], input =>
        {
            using var seal = new PassSeal(key.PublicKey, new HelloRequest(), SystemRandom.Instance);
            Assert.True(PassOpened.TryOpen(key, seal.Seal(), SystemRandom.Instance, out var opened));
            var answer = opened.Seal(Answers()[0]).ToArray();
            opened.Dispose();
            for (var i = 0; i < input.Length && i < answer.Length; i++)
                answer[i] ^= input[i];
            Assert.Equal(!input.AsSpan(0, Math.Min(input.Length, answer.Length)).ContainsAnyExcept((byte)0), seal.TryOpen(answer, out _));
            Assert.False(seal.TryOpen(input, out _));
            return true;
        }, Longest: 5_000, Cost: 40, FullRun: 50_000);
    }

    // What the first of a chain can give back, and each behind it in its own layer: nothing but what the holder sealed is taken for its answer.
    private static FuzzTarget ChainAnswers()
    {
        var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var at = Endpoint.FromIPv4(0x7F00_0001, 7300);
        return new FuzzTarget("drop answers through a chain", [[0], [1, 12], [2, 14, 0, 1, 2], [.. new byte[2_000]]], input =>
        {
            using var layers = PassLayers.Through([(at, key.PublicKey), (at, key.PublicKey)], at, key.PublicKey, new HelloRequest(), false, 0, SystemRandom.Instance);
            Assert.True(PassOpened.TryOpen(key, ((SealedRequest)layers.Asked).Seal!(), SystemRandom.Instance, out var first));
            Assert.True(PassOpened.TryOpen(key, ((PassRequest)first.Request).Sealed, SystemRandom.Instance, out var second));
            var liar = input.Length > 0 ? input[0] % 3 : 0;
            var rest = input.AsMemory(Math.Min(1, input.Length));
            MailboxAnswer lie = rest.Length > 0 && rest.Span[0] % 2 == 0 ? new PassAnswer((DropCode)(rest.Span[0] / 2), rest[1..]) : new PassAnswer(DropCode.Done, rest);
            var told = liar switch
            {
                0 => layers.TryOpen(new SealedAnswer(DropCode.Done, rest)),
                1 => layers.TryOpen(new SealedAnswer(DropCode.Done, first.Seal(lie))),
                _ => layers.TryOpen(new SealedAnswer(DropCode.Done, first.Seal(new PassAnswer(DropCode.Done, second.Seal(lie))))),
            };
            Assert.True(told is null or PassTrouble);
            first.Dispose();
            second.Dispose();
            return true;
        }, Longest: 5_000, Cost: 60, FullRun: 20_000);
    }

    private static byte[] Written(MailboxRequest request)
    {
        using var writer = new WireWriter();
        RequestFormat.Write(writer, 1, request, Session);
        return writer.ToArray();
    }

    private static byte[] Written(MailboxAnswer answer)
    {
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, 1, answer);
        return writer.ToArray();
    }

    private static bool Request(byte[] input)
    {
        if (!TryTake(input, out var frame) || !RequestFormat.TryRead(frame, out _, out var request))
            return false;
        var count = request switch
        {
            PutRequest put => put.Items.Count,
            ReadRequest read => read.Hashes.Count,
            DeleteRequest delete => delete.Items.Count,
            AuditRequest audit => audit.Hashes.Count,
            _ => 0,
        };
        Assert.InRange(count, 0, WireLimits.MaxRead);
        return true;
    }

    private static bool Answer(byte[] input)
    {
        if (!TryTake(input, out var frame) || !AnswerFormat.TryRead(frame, out _, out var answer))
            return false;
        if (answer is FoundAnswer found)
            Assert.True(found.Holders.Count <= WireLimits.MaxFound && found.Holders.DistinctBy(static one => one.At).Count() == found.Holders.Count && found.Holders.All(static one => one.At.Port > 0));
        if (answer is EntriesAnswer entries)
            Assert.All(entries.Entries, entry => Assert.True(ChunkFormat.IsSize(entry.Size) && (entry.Chunk.IsEmpty || entry.Chunk.Length == entry.Size)));
        return true;
    }

    private static bool TryTake(byte[] input, out Frame frame)
    {
        var buffer = new ReadOnlySequence<byte>(input);
        var status = Frame.TryTake(ref buffer, out frame);
        if (status == FrameStatus.Taken)
            Assert.InRange(frame.Body.Length, 0, WireLimits.MaxBody(frame.Type));
        return status == FrameStatus.Taken && buffer.IsEmpty;
    }

    private static FuzzTarget Chunk() => new("drop chunk", [Sealed()], input => ChunkFormat.TryOpen(Keys, input, out _, out var items) && ChunkItems.TryRead(items, out _), Longest: 20_000, Cost: 2);

    private static bool Packed(byte[] input)
    {
        if (!ChunkItems.TryRead(input, out var items))
            return false;
        Assert.All(items, item => Assert.InRange(item.Bytes.Length, 1, input.Length));
        Assert.All(items, item => Assert.True(item.Count <= ChunkItem.MaxPieces && item.Index <= item.Count));
        return true;
    }

    // W ‖ R ‖ price, then an entry with its chunk: as a holder checks them.
    private static bool Entry(byte[] input)
    {
        if (input.Length < PublicBox.Size || !PublicBox.TryRead(input.AsSpan(0, PublicBox.Size), out var box))
            return false;
        byte[] body = [.. new byte[8], .. box.Bytes, .. new byte[WireLimits.ChallengeSize + 8], 0, 1, .. input.AsSpan(PublicBox.Size)];
        if (!RequestFormat.TryRead(new Frame(FrameType.Put, body), out _, out var request))
            return false;
        var (entry, chunk) = ((PutRequest)request).Items[0];
        return EntryRules.IsOf(entry, chunk.Span) && EntryRules.IsSigned(box, entry);
    }

    private static FuzzTarget LiveClients()
    {
        var live = new Live();
        return new FuzzTarget("live drop clients", [.. Answers().Select(Written)], live.Take, Longest: 20_000, Cost: 20, FullRun: 100_000);
    }

    /// <summary>A writer and a reader whose holders answer whatever comes: they stay within their bounds, tell of no envelope that was not written, and go on.</summary>
    private sealed class Live : IHolders, IWriterObserver, IReaderObserver
    {
        private const int MostAsked = 200_000;
        private readonly ReadableBox _row = new(Secret, WritableBox.PairPeriod) { Since = Now, IsWatched = true };
        private readonly WriterCore _writer;
        private readonly ReaderCore _reader;
        private readonly Queue<(long Ticket, bool IsWrite)> _asked = new();
        private readonly Queue<BoxAddress> _finding = new();
        private readonly HolderHandle[] _holders = [.. Enumerable.Range(1, 12).Select(i => new HolderHandle(Endpoint.FromIPv4((uint)i, 1)))];
        private long _now = Now;
        private int _inputs;
        private bool _isWriting;

        public Live()
        {
            _writer = new WriterCore(this, this, SystemRandom.Instance);
            _reader = new ReaderCore(this, this, SystemRandom.Instance);
            _reader.Read(_now, [_row]);
        }

        public bool Take(byte[] input)
        {
            _now += 20;
            if (++_inputs % 50 == 0)
            {
                _isWriting = true;
                _writer.Put(_now, new WritableBox(Secret, WritableBox.PairPeriod), [new Parcel(MessageId.FromBytes(SystemRandom.Instance.NextBytes(16)), new byte[512])]);
                _isWriting = false;
            }

            var isAnswer = TryTake(input, out var frame) & AnswerFormat.TryRead(frame, out _, out var answer);
            while (_finding.TryDequeue(out var address))
            {
                Write(() => _writer.Found(_now, address, _holders));
                _reader.Found(_now, address, _holders);
            }

            for (var i = 0; i < 24 && _asked.TryDequeue(out var asked); i++)
            {
                if (asked.IsWrite)
                    Write(() => _writer.Answered(_now, asked.Ticket, answer));
                else
                    _reader.Answered(_now, asked.Ticket, answer);
            }

            Write(() => _writer.Tick(_now));
            _reader.Tick(_now);
            Assert.InRange(_asked.Count, 0, MostAsked);
            Assert.InRange(_writer.Waiting, 0, MailboxLimits.WaitingParcels + 1000);
            Assert.InRange(_reader.Unread, 0, 4 * ClientLimits.KnownOfBox);
            return isAnswer;
        }

        private void Write(Action work)
        {
            _isWriting = true;
            work();
            _isWriting = false;
        }

        void IHolders.Ask(long ticket, HolderHandle holder, MailboxRequest request) => _asked.Enqueue((ticket, _isWriting));

        void IHolders.Forget(long ticket)
        {
        }

        void IHolders.Find(BoxAddress address, int count, IReadOnlyList<string> preferred) => _finding.Enqueue(address);

        void IHolders.Failed(HolderHandle holder)
        {
        }

        void IHolders.Distrust(HolderHandle holder)
        {
        }

        void IWriterObserver.Stored(WritableBox box, IReadOnlyList<MessageId> parcels)
        {
        }

        void IWriterObserver.Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why) => Assert.NotEmpty(why);

        void IReaderObserver.Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes) => Assert.Equal(_row, box);

        void IReaderObserver.ReadToEnd(ReadableBox box, long since)
        {
        }
    }
}
