using Kith.Mailbox.Boxes;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Tests.Holding;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Tests.Hosting;

public sealed class WaitingRequestsTests : IDisposable
{
    private readonly Queue<Action> _thread = new();
    private readonly WaitingRequests _waiting;
    private readonly BoxKeys _keys = Rows.Keys();
    private int _done;
    private ulong _number;

    public WaitingRequestsTests() => _waiting = new WaitingRequests(work =>
    {
        _thread.Enqueue(work);
        return true;
    });

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void BytesOfAll_AreBounded_AndWhatIsOverIsBusy()
    {
        var taken = 0;
        HoldingClient last;
        do
        {
            last = HoldingClient.Stranger(++taken);
        }
        while (Put(last, 1 << 20) is null);
        Assert.Equal(HostingLimits.WaitingBytes >> 20, taken - 1);
        Assert.InRange(_waiting.Bytes, 1, HostingLimits.WaitingBytes);
        Assert.Equal([DropCode.Busy, DropCode.Busy], Put(last, 1 << 20)!.Codes);
        // Those who ask little are heard still.
        Assert.True(_waiting.Take(last, 999, new HelloRequest(), 9, () => _done++));
        Assert.DoesNotContain(999UL, last.Answers.Keys);
        Work();
        Assert.Equal(taken, _done);
        Assert.Equal(0, _waiting.Bytes);
        Assert.Null(Put(last, 1 << 20));
    }

    [Fact]
    public void BytesOfOneClient_AreBounded_AndOthersAreTaken()
    {
        var greedy = HoldingClient.Stranger();
        for (var bytes = 0; bytes < HostingLimits.WaitingBytesOfClient; bytes += 1 << 20)
            Assert.Null(Put(greedy, 1 << 20));
        Assert.Equal(DropCode.Busy, Put(greedy, 1 << 20)!.Codes[0]);
        Assert.Null(Put(HoldingClient.Stranger(2), 1 << 20));
        Work();
        Assert.Null(Put(greedy, 1 << 20));
    }

    [Fact]
    public void EveryKindOfRequest_IsRefusedInItsWords()
    {
        var full = new WaitingRequests(_ => false);
        var client = HoldingClient.Stranger();
        var hash = ChunkHash.Of([1]);
        Assert.True(full.Take(client, 1, new ReadRequest(_keys.Box, ReadFlags.None, 7, 0, []), 100, () => _done++));
        Assert.True(full.Take(client, 2, new DeleteRequest(_keys.Box, [new DeleteItem(hash, new byte[64])]), 100, () => _done++));
        Assert.True(full.Take(client, 3, new AuditRequest(_keys.Address, new byte[16], [hash]), 100, () => _done++));
        Assert.False(full.Take(client, 4, new HelloRequest(), 9, () => _done++));
        Assert.Equal((DropCode.Busy, 7), Assert.IsType<EntriesAnswer>(client.Answers[1]) is var read ? (read.Code, read.Last) : default);
        Assert.Equal([DropCode.Busy], Assert.IsType<DeleteAnswer>(client.Answers[2]).Codes);
        Assert.Empty(Assert.IsType<AuditAnswer>(client.Answers[3]).Outcomes);
        Assert.Equal((0, 0), (_done, full.Bytes));
    }

    // Null when it waits.
    private PutAnswer? Put(HoldingClient client, int bytes)
    {
        var put = new PutRequest(_keys.Box, 0, [default, default]);
        Assert.True(_waiting.Take(client, ++_number, put, bytes, () => _done++));
        return client.Answers.GetValueOrDefault(_number) as PutAnswer;
    }

    private void Work()
    {
        while (_thread.TryDequeue(out var work))
            work();
    }
}
