using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>A writer with an outbox that puts again what was refused.</summary>
internal sealed class TestWriter : TestClient, IWriterObserver
{
    private readonly WriterCore _core;

    public TestWriter(ClientWorld world)
        : base(world) => _core = new WriterCore(this, this, world.Random) { MostBytes = () => MostBytes };

    /// <summary>Bytes that one PUT may have.</summary>
    public int MostBytes { get; set; } = WireLimits.MaxPutBytes;

    public HashSet<MessageId> Stored { get; } = [];

    public List<string> Refusals { get; } = [];

    /// <summary>Pause before what was refused is put again; 0 leaves it.</summary>
    public long RetryAfter { get; init; }

    public Dictionary<MessageId, byte[]> Outbox { get; } = [];

    public int Waiting => _core.Waiting;

    protected override long CoreDeadline => _core.NextDeadline;

    /// <summary>The wall clock is so far ahead from now on.</summary>
    public void SetClock(TimeSpan ahead) => _core.WallAhead = (long)ahead.TotalMilliseconds;

    /// <summary>Puts envelopes that say which they are.</summary>
    public List<MessageId> Put(WritableBox box, int count, int size = 512)
    {
        var parcels = Enumerable.Range(Outbox.Count, count).Select(number => new Parcel(MessageId.FromBytes(World.Random.NextBytes(16)), Letters.Write(number, size))).ToList();
        foreach (var parcel in parcels)
            Outbox[parcel.Id] = parcel.Envelope.ToArray();
        _core.Put(Time, box, parcels);
        return parcels.ConvertAll(parcel => parcel.Id);
    }

    public void PutAgain(WritableBox box, IReadOnlyList<MessageId> ids) => _core.Put(Time, box, [.. ids.Select(id => new Parcel(id, Outbox[id]))]);

    public void Withdraw(WritableBox box, IReadOnlyList<MessageId> ids) => _core.Withdraw(Time, box, ids);

    public override void Found(BoxAddress address, IReadOnlyList<HolderHandle> holders)
    {
        if (!IsOff)
            _core.Found(Time, address, holders);
    }

    public override void Answered(long ticket, MailboxAnswer? answer, AskFailure failure)
    {
        if (!IsOff)
            _core.Answered(Time, ticket, answer, failure);
    }

    void IWriterObserver.Stored(WritableBox box, IReadOnlyList<MessageId> parcels)
    {
        foreach (var id in parcels)
            Assert.True(Stored.Add(id), "stored twice");
    }

    void IWriterObserver.Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why)
    {
        Refusals.Add(why);
        Assert.DoesNotContain(parcels, Stored.Contains);
        if (RetryAfter > 0)
            World.At(World.Now + RetryAfter, () => PutAgain(box, parcels));
    }

    protected override void TickCore() => _core.Tick(Time);
}

/// <summary>Envelopes that can be told apart.</summary>
internal static class Letters
{
    public static byte[] Write(int number, int size)
    {
        var bytes = new byte[size];
        new Random(number).NextBytes(bytes);
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }

    public static int NumberOf(ReadOnlyMemory<byte> letter)
    {
        var number = BitConverter.ToInt32(letter.Span);
        Assert.True(letter.Span.SequenceEqual(Write(number, letter.Length)), "not as it was written");
        return number;
    }
}
