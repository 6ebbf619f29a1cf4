using Kith.Transport.Connections.Hosting;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections.Hosting;

/// <summary>What strangers send waits its turn, in order and within a limit.</summary>
public sealed class StrangerQueueTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);
    private static readonly Endpoint From = Endpoint.FromIPv4(0x7f000001, 4001);

    private readonly List<byte[]> _taken = [];
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _mayGoOn = new(0);
    private readonly StrangerQueue _queue;
    private int _dropped;

    public StrangerQueueTests() => _queue = new StrangerQueue(Take, () => _dropped++);

    public void Dispose()
    {
        _begun.Dispose();
        _mayGoOn.Dispose();
    }

    [Fact]
    public async Task Datagrams_MoreThanThereIsRoomFor_AreDroppedAndCounted()
    {
        Add(0);
        Assert.True(await _begun.WaitAsync(Patience, TestContext.Current.CancellationToken)); // the first is being taken and waits no more
        for (var i = 1; i <= StrangerQueue.Capacity + 3; i++)
            Add(i);
        Assert.Equal(3, _dropped);
        _mayGoOn.Release(StrangerQueue.Capacity + 1);
        for (var i = 1; i <= StrangerQueue.Capacity; i++)
            Assert.True(await _begun.WaitAsync(Patience, TestContext.Current.CancellationToken));
        await _queue.CloseAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, StrangerQueue.Capacity + 1).Select(BitConverter.GetBytes), _taken);
    }

    [Fact]
    public async Task Datagram_AfterAPause_WakesTheThreadAgain()
    {
        _mayGoOn.Release(2);
        for (var i = 0; i < 2; i++)
        {
            Add(i);
            Assert.True(await _begun.WaitAsync(Patience, TestContext.Current.CancellationToken));
        }

        await _queue.CloseAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Datagram_LongerThanIsKept_ItsBeginningIsTaken()
    {
        // Of a bulk transfer to a node that was started anew: without a reset it would go on for nobody.
        _mayGoOn.Release();
        var datagram = Enumerable.Range(0, 16 * 1024).Select(i => (byte)i).ToArray();
        _queue.Add(From, datagram);
        Assert.True(await _begun.WaitAsync(Patience, TestContext.Current.CancellationToken));
        await _queue.CloseAsync().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(datagram[..StrangerQueue.MaxDatagram], Assert.Single(_taken));
        Assert.Equal(0, _dropped);
    }

    [Fact]
    public async Task Close_WhileSomethingWaits_TakesNothingMore()
    {
        Add(0);
        Assert.True(await _begun.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Add(1);
        var closing = _queue.CloseAsync();
        Add(2);
        Assert.False(closing.IsCompleted);
        _mayGoOn.Release(3);
        await closing.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Single(_taken);
        Assert.Equal(0, _dropped);
    }

    private void Add(int number) => _queue.Add(From, BitConverter.GetBytes(number));

    private void Take(Endpoint from, Span<byte> datagram)
    {
        Assert.Equal(From, from);
        _taken.Add(datagram.ToArray());
        datagram.Clear(); // it may be written into
        _begun.Release();
        _mayGoOn.Wait();
    }
}
