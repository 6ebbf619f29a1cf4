using System.Net;
using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport.Tests.Dialing;

/// <summary>A session that only opens and ends.</summary>
internal sealed class FakeSession(X25519PublicKey remoteKey, bool isInitiator) : ISession
{
    private readonly TaskCompletionSource<SessionClose> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public X25519PublicKey RemoteKey { get; } = remoteKey;

    public ReadOnlyMemory<byte> HandshakeHash => default;

    public string Carrier => "tcp";

    public EndPoint? RemoteEndPoint { get; init; }

    public IPAddress? LocalAddress => null;

    public SessionPath Path => new(PathKind.Direct, "", null);

    public event Action? PathChanged
    {
        add { }
        remove { }
    }

    public bool IsInitiator { get; } = isInitiator;

    public TimeSpan? RoundTripTime => null;

    public TimeSpan Silence => TimeSpan.Zero;

    public Task<SessionClose> Closed => _closed.Task;

    public ChannelReader<ReadOnlyMemory<byte>> Datagrams => throw new NotSupportedException();

    public ValueTask<IStream> OpenStreamAsync(StreamKind kind, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<IStream> AcceptStreamsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool TrySendDatagram(ReadOnlySpan<byte> datagram) => false;

    public Task CloseAsync(SessionErrorCode code = SessionErrorCode.None)
    {
        _closed.TrySetResult(new SessionClose(code, ByRemote: false, "a test"));
        return Closed;
    }

    public void Abandon() => _closed.TrySetResult(new SessionClose(SessionErrorCode.ConnectionLost, ByRemote: false, "a test"));

    public async ValueTask DisposeAsync() => await CloseAsync();
}
