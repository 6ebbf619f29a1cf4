using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Client;

/// <summary>Work that boxes and holders want of a writer, on a clock of its own.</summary>
public sealed class WorkTests : IHolders, IWriterObserver
{
    private readonly List<BoxAddress> _sought = [];
    private readonly List<string> _refused = [];
    private readonly WriterCore _writer;

    public WorkTests() => _writer = new WriterCore(this, this, SystemRandom.Instance);

    [Fact]
    public void Price_ThatTakesLongerThanHoldersAreWaitedFor_IsPaidAllTheSame()
    {
        var now = Rows.Now;
        _writer.Put(now, Rows.Writable() with { Price = 14 }, [Letter()]);
        for (var slices = 0; _sought.Count == 0 && slices < 1_000; slices++)
            _writer.Tick(now += ClientLimits.PutPatience);
        Assert.Single(_sought);
        Assert.Empty(_refused);
        // And from then on holders have their time.
        Assert.True(_writer.NextDeadline > now);
    }

    [Fact]
    public void Price_ThatIsPaid_IsNotPaidAgainWhenNobodyTookIt()
    {
        var (now, letter, box) = (Rows.Now, Letter(), Rows.Writable() with { Price = 10 });
        _writer.Put(now, box, [letter]);
        while (_sought.Count == 0)
            _writer.Tick(now);
        while (_refused.Count == 0)
        {
            foreach (var address in _sought)
                _writer.Found(now, address, []);
            _sought.Clear();
            if (_refused.Count == 0)
                _writer.Tick(now = Math.Max(now, _writer.NextDeadline));
        }

        _writer.Put(now, box, [letter]);
        Assert.Single(_sought);
    }

    [Fact]
    public void Search_ThatNobodyAnswers_IsMadeAgain()
    {
        var (now, letter) = (Rows.Now, Letter());
        _writer.Put(now, Rows.Writable(), [letter]);
        while (_refused.Count == 0)
            _writer.Tick(now = Math.Max(now, _writer.NextDeadline));
        _writer.Put(now, Rows.Writable(), [letter]);
        Assert.Equal(2, _sought.Count);
    }

    [Fact]
    public void Work_ThatNobodyWantsAnyMore_IsLeft()
    {
        var letter = Letter();
        var dear = Rows.Writable() with { Price = PublicBox.MaxPrice };
        _writer.Put(Rows.Now, dear, [letter]);
        Assert.Equal(0, _writer.NextDeadline);
        _writer.Withdraw(Rows.Now, dear, [letter.Id]);
        _writer.Tick(Rows.Now);
        Assert.Equal(long.MaxValue, _writer.NextDeadline);
    }

    [Fact]
    public void DearBox_DoesNotHoldUpAnother()
    {
        _writer.Put(Rows.Now, Rows.Writable() with { Price = PublicBox.MaxPrice }, [Letter()]);
        _writer.Put(Rows.Now, Rows.Writable(9) with { Price = 4 }, [Letter()]);
        for (var slices = 0; _sought.Count == 0 && slices < 100; slices++)
            _writer.Tick(Rows.Now);
        Assert.Single(_sought);
    }

    void IHolders.Ask(long ticket, HolderHandle holder, MailboxRequest request)
    {
    }

    void IHolders.Forget(long ticket)
    {
    }

    void IHolders.Find(BoxAddress address, int count, IReadOnlyList<string> preferred) => _sought.Add(address);

    void IHolders.Failed(HolderHandle holder)
    {
    }

    void IHolders.Distrust(HolderHandle holder)
    {
    }

    void IWriterObserver.Stored(WritableBox box, IReadOnlyList<MessageId> parcels) => Assert.Fail("nobody has it");

    void IWriterObserver.Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why) => _refused.Add(why);

    private static Parcel Letter() => new(MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size)), SystemRandom.Instance.NextBytes(512));
}
