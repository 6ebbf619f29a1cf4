namespace Kith.Messaging.Tests.World;

/// <summary>What all holders together keep, in memory: rows of boxes by their secret, a box for each day. Loss and order are the test's to choose.</summary>
internal sealed class Holders
{
    private const long Day = 24L * 60 * 60 * 1000;

    private readonly Dictionary<string, List<Kept>> _rows = [];
    private readonly List<(string Row, Kept Deleted)> _deleted = [];

    /// <summary>Whether what is put there is really kept.</summary>
    public Func<bool> Keeps { get; set; } = () => true;

    /// <summary>Whether holders can be had.</summary>
    public bool Works { get; set; } = true;

    /// <summary>The order in which a reader gets what there is.</summary>
    public Func<IEnumerable<Kept>, IEnumerable<Kept>> Order { get; set; } = kept => kept;

    /// <summary>All that was ever put, for tests that look.</summary>
    public int Puts { get; private set; }

    public void Put(ReadOnlyMemory<byte> secret, byte[] envelope, long now)
    {
        Puts++;
        if (Keeps())
            Row(secret).Add(new Kept(envelope, now));
    }

    /// <summary>What is there for somebody who last read it to the end at a time.</summary>
    public IReadOnlyList<Kept> Read(ReadOnlyMemory<byte> secret, long since, long now) =>
        [.. Order(Row(secret).Where(kept => kept.At / Day >= since / Day && kept.At + (30 * Day) > now))];

    public void Delete(ReadOnlyMemory<byte> secret, Kept kept)
    {
        if (Row(secret).Remove(kept))
            _deleted.Add((Convert.ToHexString(secret.Span), kept));
    }

    /// <summary>Something that was read and deleted is there again.</summary>
    public void Repeat(Random random)
    {
        if (_deleted.Count == 0)
            return;
        var (row, kept) = _deleted[random.Next(_deleted.Count)];
        _rows[row].Add(new Kept(kept.Envelope, kept.At));
    }

    private List<Kept> Row(ReadOnlyMemory<byte> secret)
    {
        var name = Convert.ToHexString(secret.Span);
        if (!_rows.TryGetValue(name, out var row))
            _rows.Add(name, row = []);
        return row;
    }

    /// <summary>One envelope.</summary>
    internal sealed class Kept(byte[] envelope, long at)
    {
        public byte[] Envelope => envelope;

        public long At => at;
    }
}
