using System.Net;
using Kith.Crypto;
using Kith.Overlay.Host;
using Kith.Overlay.Rendezvous;
using Kith.Transport.Tests;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Host;

public sealed class OverlayHostTests : IOverlayObserver, IAsyncDisposable
{
    private readonly ManualClock _clock = new();
    private readonly UdpPort _port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
    private readonly OverlayHost _overlay;
    private readonly Ed25519PrivateKey _maker = Ed25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly FindSecret _secret = new(SystemRandom.Instance.NextBytes(FindSecret.Size));
    private readonly StringWriter _log = new();
    private int _changes;

    public OverlayHostTests()
    {
        // A date on which clocks may be set back from.
        _clock.Advance(TimeSpan.FromDays(20_000));
        _overlay = OverlayHost.Start(_port, new OverlayOptions { LocalNetwork = false, Log = _log }, this, SystemRandom.Instance, _clock);
        _port.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _overlay.DisposeAsync();
        await _port.DisposeAsync();
        _maker.Dispose();
        Assert.Equal("", _log.ToString());
    }

    void IOverlayObserver.Changed() => Interlocked.Increment(ref _changes);

    void IOverlayObserver.Found(FindSecret secret, Finding finding)
    {
    }

    void IOverlayObserver.Knocked(FindSecret secret, Contactable content, long madeAt)
    {
    }

    [Fact]
    public async Task WithNobodyToAsk_ASearchWaits_AndEndsWithNothing()
    {
        var finding = _overlay.FindAsync(_secret, _maker.PublicKey, isThorough: false, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromMilliseconds(OverlayCore.MaxHold - 1000));
        Assert.False(finding.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(2500));
        Assert.Null((await finding).Content);
    }

    [Fact]
    public async Task TheOldestOfTooManySearches_EndsWithNothing()
    {
        var findings = Enumerable.Range(0, OverlayCore.MaxHeld + 1).Select(_ => _overlay.FindAsync(_secret, _maker.PublicKey, isThorough: false, TestContext.Current.CancellationToken)).ToList();
        _clock.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Null((await findings[0]).Content);
        Assert.All(findings[1..], finding => Assert.False(finding.IsCompleted));
    }

    [Fact]
    public async Task ASearchThatIsGivenUp_IsCancelled()
    {
        using var giveUp = new CancellationTokenSource();
        var finding = _overlay.FindAsync(_secret, _maker.PublicKey, isThorough: false, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => finding);
    }

    [Fact]
    public async Task TheEnd_EndsSearches_BeforeAndAfter()
    {
        var before = _overlay.FindAsync(_secret, _maker.PublicKey, isThorough: false, TestContext.Current.CancellationToken);
        await _overlay.DisposeAsync();
        Assert.Null((await before).Content);
        Assert.Null((await _overlay.FindAsync(_secret, _maker.PublicKey, isThorough: false, TestContext.Current.CancellationToken)).Content);
    }

    [Fact]
    public void ManyChanges_AreToldOnce()
    {
        for (var port = 1; port <= 20; port++)
        {
            _overlay.Suggest([$"127.0.0.1:{port}"]);
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(1, _changes);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, _changes);
    }

    [Fact]
    public async Task Garbage_IsSurvived()
    {
        await using var sender = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        for (var i = 0; i < 2000; i++)
        {
            var datagram = SystemRandom.Instance.NextBytes(1 + SystemRandom.Instance.NextInt32(600));
            datagram[0] = (byte)'d';
            sender.Send(Endpoint.From(_port.LocalEndPoints[0]), datagram);
        }

        Assert.Equal(0, _overlay.View.Nodes);
    }
}
