using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Forwarding.Hosting;
using Kith.Transport;

namespace Kith.Forwarding.Tests.Hosting;

/// <summary>What guards, lists and packet lines all begin with.</summary>
public sealed class ServiceCallTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly HandTime _time = new();
    private readonly StreamlessSession _session = new();

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    [Fact]
    public async Task PeerThatAllowsNoStreams_IsGivenUp_AndItsSessionClosed()
    {
        var call = ServiceCall.BeginAsync(_ => Task.FromResult<ISession>(_session), static _ => true, Patience, _time, CancellationToken.None);
        Assert.False(call.IsCompleted);
        _time.Elapse();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(_session.IsClosed);
    }

    [Fact]
    public async Task WhoCallsEnds_TheSessionIsClosed()
    {
        using var stopping = new CancellationTokenSource();
        var call = ServiceCall.BeginAsync(_ => Task.FromResult<ISession>(_session), static _ => true, Patience, _time, stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(_session.IsClosed);
    }

    [Fact]
    public async Task AnotherKeyThanExpected_GetsNoStream()
    {
        await Assert.ThrowsAsync<SessionException>(() => ServiceCall.BeginAsync(_ => Task.FromResult<ISession>(_session), static _ => false, Patience, _time, CancellationToken.None));
        Assert.True(_session.IsClosed);
        Assert.Equal(0, _session.Asked);
    }

    // Its timers fire when it is told to.
    private sealed class HandTime : TimeProvider
    {
        private Action? _due;

        public void Elapse() => _due?.Invoke();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.Equal(Patience, dueTime);
            _due = () => callback(state);
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    // As a peer whose MAX_STREAMS is 0.
    private sealed class StreamlessSession : ISession
    {
        public event Action? PathChanged
        {
            add { }
            remove { }
        }

        public bool IsClosed { get; private set; }

        public int Asked { get; private set; }

        public X25519PublicKey RemoteKey => default;

        public ReadOnlyMemory<byte> HandshakeHash => default;

        public string Carrier => "tcp";

        public EndPoint? RemoteEndPoint => null;

        public IPAddress? LocalAddress => null;

        public SessionPath Path => throw new NotSupportedException();

        public bool IsInitiator => true;

        public TimeSpan? RoundTripTime => null;

        public TimeSpan Silence => TimeSpan.Zero;

        public Task<SessionClose> Closed => throw new NotSupportedException();

        public ChannelReader<ReadOnlyMemory<byte>> Datagrams => throw new NotSupportedException();

        public async ValueTask<IStream> OpenStreamAsync(StreamKind kind, CancellationToken cancellationToken = default)
        {
            Asked++;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new NotSupportedException();
        }

        public IAsyncEnumerable<IStream> AcceptStreamsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public bool TrySendDatagram(ReadOnlySpan<byte> datagram) => false;

        public Task CloseAsync(SessionErrorCode code = SessionErrorCode.None)
        {
            IsClosed = true;
            return Task.CompletedTask;
        }

        public void Abandon() => IsClosed = true;

        public async ValueTask DisposeAsync() => await CloseAsync();
    }
}
