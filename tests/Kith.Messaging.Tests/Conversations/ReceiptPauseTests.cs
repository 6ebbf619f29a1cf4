using Kith.Delivery;
using Kith.Messaging.Incoming;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Conversations;

public sealed class ReceiptPauseTests : IDisposable
{
    private static readonly PeerOrigin ByForwarders = new(RouteKind.Forward, default, default);

    private readonly Pair _pair = new();

    public ReceiptPauseTests()
    {
        // What answers the first messages of a session goes at once, and is behind us.
        _pair.Alice.Say(_pair.Bob, "hello");
        _pair.Net.Run();
        _pair.Bob.Say(_pair.Alice, "hello");
        _pair.Net.Run();
        _pair.Net.Offline.Add(_pair.Bob);
        _pair.Bob.Effects.Once.Clear();
    }

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void MessagesThroughForwarders_AreAcknowledgedByOneReceiptInAPause_TheFirstAtOnce()
    {
        Receive(ByForwarders, 5);
        Assert.Single(_pair.Bob.Effects.Once);
        Assert.Equal(_pair.Bob.Clock.Now + ReceiptBatch.ForwardPause, _pair.Bob.Messenger.NextDeadline);

        Pass(ReceiptBatch.ForwardPause - 1);
        Assert.Single(_pair.Bob.Effects.Once);
        Pass(1);
        Assert.Equal(2, _pair.Bob.Effects.Once.Count);
        Assert.True(_pair.Bob.Messenger.NextDeadline > _pair.Bob.Clock.Now + ReceiptBatch.ForwardPause);

        Acknowledge();
        Assert.Equal(0, _pair.Alice.Outbox.Count());
    }

    [Fact]
    public void MessageAfterAPause_IsAcknowledgedAtOnce()
    {
        Receive(ByForwarders, 1);
        Pass(ReceiptBatch.ForwardPause);
        Receive(ByForwarders, 1);
        Assert.Equal(2, _pair.Bob.Effects.Once.Count);
    }

    [Fact]
    public void MessagesOverASession_AreAcknowledgedEachAtOnce_AndTakeAlongWhatWaits()
    {
        Receive(ByForwarders, 3);
        Assert.Single(_pair.Bob.Effects.Once);
        Receive(Net.Origin(_pair.Alice, _pair.Bob), 2);
        Assert.Equal(3, _pair.Bob.Effects.Once.Count);
        Assert.True(_pair.Bob.Messenger.NextDeadline > _pair.Bob.Clock.Now + ReceiptBatch.ForwardPause);
        Acknowledge();
        Assert.Equal(0, _pair.Alice.Outbox.Count());
    }

    [Fact]
    public void ReceiptThatWaited_IsLostInACrash_AndMadeAgainWhenTheMessageIsRepeated()
    {
        Receive(ByForwarders, 2);
        _pair.Bob.Crash();
        Assert.Empty(_pair.Bob.Effects.Once);
        foreach (var item in _pair.Alice.Outbox.Load(_pair.Bob.Id, -1, 100))
            _pair.Bob.Batch(messenger => messenger.ReceiveEnvelope(ByForwarders, item.Envelope!.Value));
        Pass(ReceiptBatch.ForwardPause);
        Acknowledge();
        Assert.Equal(0, _pair.Alice.Outbox.Count());
        Assert.Equal(["hello", "hello", "text 0", "text 1"], _pair.Bob.With(_pair.Alice).Select(static message => message.Text));
    }

    [Fact]
    public void ClockThatIsPutBack_HoldsNothingBackForLonger()
    {
        Receive(ByForwarders, 1);
        _pair.Bob.Clock.Advance(TimeSpan.FromHours(-1));
        Receive(ByForwarders, 1);
        Assert.Equal(2, _pair.Bob.Effects.Once.Count);
    }

    [Fact]
    public void ContactRemoved_TakesTheReceiptsThatWaitAlong()
    {
        Receive(ByForwarders, 2);
        _pair.Bob.Batch(messenger => messenger.DeleteContact(_pair.Alice.Id));
        _pair.Bob.Effects.Once.Clear();
        Pass(ReceiptBatch.ForwardPause);
        Assert.Empty(_pair.Bob.Effects.Once);
    }

    private void Receive(PeerOrigin from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var sent = _pair.Alice.Say(_pair.Bob, $"text {i}").Id;
            var envelope = _pair.Alice.Outbox.Find(sent)!.Envelope!.Value;
            _pair.Bob.Batch(messenger => messenger.ReceiveEnvelope(from, envelope));
        }
    }

    private void Pass(long milliseconds)
    {
        _pair.Bob.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _pair.Bob.Batch(static messenger => messenger.Tick());
    }

    private void Acknowledge()
    {
        foreach (var (_, envelope, _) in _pair.Bob.Effects.Once)
            _pair.Alice.Batch(messenger => messenger.ReceiveEnvelope(ByForwarders, envelope));
    }
}
