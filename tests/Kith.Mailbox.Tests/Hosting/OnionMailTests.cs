using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Two who call nobody but those who let strangers in through Tor (here by TCP): they find holders by asking, and all goes through those.</summary>
public sealed class OnionMailTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<MailNode> _nodes = [];
    private readonly ConcurrentBag<(Endpoint? From, MailboxRequest Request)> _asked = [];
    private readonly BoxSecret _secret = new(SystemRandom.Instance.NextBytes(BoxSecret.Size));

    public OnionMailTests() => _patience.CancelAfter(TimeSpan.FromSeconds(90));

    private CancellationToken Stop => _patience.Token;

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public async Task WhatIsLeftForSomebodyWhoIsAway_ComesToThem_AndNoHolderSeesEither(int doors)
    {
        for (var i = 0; i < 8; i++)
            _nodes.Add(await MailNode.StartAsync(_nodes.Count == 0 ? null : _nodes[0].Endpoint, 64L << 20, (_, _, _) => new AskedHolding(_asked)));
        foreach (var node in _nodes)
        {
            while (!node.Mailbox.View.IsOffering)
                await Task.Delay(20, Stop);
        }

        // The key of one is known beforehand, that of another is not.
        IReadOnlyList<OnionPasser> passers = [.. _nodes.Take(doors).Select((node, i) => new OnionPasser(NodeAddress.Tcp(node.Endpoint.ToIPEndPoint()), i == 0 ? node.Key : null))];
        var sent = new Parcel(MessageId.FromBytes(SystemRandom.Instance.NextBytes(MessageId.Size)), SystemRandom.Instance.NextBytes(600));
        Endpoint hers;
        await using (var alice = await MailNode.StartAsync(null, 0, onions: () => passers))
        {
            hers = alice.Endpoint;
            alice.Mailbox.Put(new WritableBox(_secret, WritableBox.PairPeriod), [sent]);
            Assert.Null((await alice.NextOutcomeAsync(Stop)).Why);
        }

        await using var bob = await MailNode.StartAsync(null, 0, onions: () => passers);
        bob.Mailbox.Read([new ReadableBox(_secret, WritableBox.PairPeriod) { IsWatched = true }]);
        var arrived = await bob.NextArrivedAsync(Stop);
        Assert.Equal(sent.Envelope.ToArray(), arrived.Envelope.ToArray());
        bob.Mailbox.Done([arrived]);
        while (_nodes.Exists(node => node.Mailbox.View.Used > 0))
            await Task.Delay(20, Stop);
        Assert.All(_asked, one => Assert.True(one.From != hers && one.From != bob.Endpoint));
        Assert.Equal(0, _nodes.Sum(node => node.Mailbox.View.Traffic.Straight));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        _patience.Dispose();
    }
}
