using Kith.Node.Events;
using Kith.Wire;

namespace Kith.Node.Tests.Events;

public sealed class NodeEventsTests
{
    private static readonly NodeEvent Happened = new NodeEvent.Presence(default(AccountId), Kith.Node.Api.Types.Way.Direct);

    private readonly NodeEvents _events = new();

    [Fact]
    public async Task Queue_GivesWhatHappenedInOrderUntilItsReaderIsTooFarBehind()
    {
        using var queue = _events.Subscribe(capacity: 2);
        for (var i = 0; i < 3; i++)
            _events.Publish(Happened);

        Assert.True(queue.Reader.TryRead(out _));
        Assert.True(queue.Reader.TryRead(out _));
        Assert.False(await queue.Reader.WaitToReadAsync());
    }

    [Fact]
    public void DisposedListener_HearsNothing()
    {
        var heard = 0;
        var listening = _events.Listen(_ => heard++);
        _events.Publish(Happened);
        Assert.True(_events.Any);

        listening.Dispose();
        _events.Publish(Happened);

        Assert.Equal(1, heard);
        Assert.False(_events.Any);
    }

    [Fact]
    public async Task First_IsNullWhenTheTimeIsOver()
        => Assert.Null(await _events.FirstAsync(_ => true, TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None));

    [Fact]
    public void Board_KnowsWhoIsOnline()
    {
        var board = new ContactBoard();
        board.Apply(Happened);
        Assert.True(board.IsOnline(default));
        board.Apply(new NodeEvent.Presence(default(AccountId), Path: null));
        Assert.False(board.IsOnline(default));
    }
}
