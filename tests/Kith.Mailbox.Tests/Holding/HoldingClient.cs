using System.Buffers;
using Kith.Crypto;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Holding;

/// <summary>A client's stream that remembers what it is told.</summary>
internal sealed class HoldingClient(Endpoint? from, bool isNear) : IHolderClient
{
    private ulong _last;

    public Endpoint? From => from;

    public bool IsNear => isNear;

    public ReadOnlyMemory<byte> HandshakeHash { get; } = SystemRandom.Instance.NextBytes(32);

    public bool IsWatching { get; set; }

    public IHolderClient Stream => Through ?? (IHolderClient)this;

    /// <summary>Whoever passes on what it asks; null where it asks itself.</summary>
    public HoldingClient? Through { get; init; }

    public Dictionary<ulong, MailboxAnswer> Answers { get; } = [];

    public List<(ulong Number, EntriesAnswer News)> News { get; } = [];

    /// <summary>A stranger of a prefix of its own.</summary>
    public static HoldingClient Stranger(int prefix = 1) => new(Endpoint.FromIPv4(0xC600_0005 + ((uint)prefix << 8), 4_000), isNear: false);

    public void Answer(ulong number, MailboxAnswer answer)
    {
        // What cannot be written into a frame is a defect.
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, number, answer);
        Answers.Add(number, answer);
    }

    public void Tell(ulong number, EntriesAnswer news)
    {
        using var writer = new WireWriter();
        AnswerFormat.Write(writer, number, news);
        News.Add((number, news));
    }

    public void End(ulong code) => throw new InvalidOperationException("nobody ends streams here");

    /// <summary>Hands a request over as it comes off the wire; its number.</summary>
    public ulong Give(HolderCore core, long now, MailboxRequest request, ReadOnlyMemory<byte>? signedFor = null)
    {
        using var writer = new WireWriter();
        RequestFormat.Write(writer, ++_last, request, (signedFor ?? HandshakeHash).Span);
        var buffer = new ReadOnlySequence<byte>(writer.ToArray());
        Assert.Equal(FrameStatus.Taken, Frame.TryTake(ref buffer, out var frame));
        Assert.True(RequestFormat.TryRead(frame, out var number, out var read));
        core.Take(now, this, number, read);
        return number;
    }
}
