using System.Net;
using System.Threading.Channels;
using Kith.Crypto;

namespace Kith.Transport.Tests.Dialing;

/// <summary>A carrier whose attempts the test settles one by one, in the order they were made.</summary>
internal sealed class FakeCarrier : ICarrier
{
    private readonly Channel<Attempt> _attempts = Channel.CreateUnbounded<Attempt>();

    public string Kind { get; init; } = NodeAddress.TcpKind;

    public string Name => Kind;

    public ChannelReader<Attempt> Attempts => _attempts.Reader;

    public static NodeAddress Address(int port) => NodeAddress.Tcp(new IPEndPoint(IPAddress.Loopback, port));

    public bool Takes(NodeAddress address) => address.Kind == Kind;

    // One attempt for all of them: how a carrier goes about its addresses is its own business.
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default) =>
        ConnectAsync(addresses[0], cancellationToken);

    public Task<ISession> ConnectAsync(NodeAddress address, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(address);
        // Not yet cancelled attempts end when they are; one told to be stubborn does not.
        cancellationToken.Register(() =>
        {
            attempt.Cancelled.TrySetResult();
            if (!attempt.IsStubborn)
                attempt.Result.TrySetCanceled(cancellationToken);
        });
        _attempts.Writer.TryWrite(attempt);
        return attempt.Result.Task;
    }

    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    internal sealed record Attempt(NodeAddress Address)
    {
        public TaskCompletionSource<ISession> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsStubborn { get; set; }

        public void Fail(SessionErrorCode code = SessionErrorCode.Unreachable) => Result.SetException(new SessionException(code, "a test"));
    }
}
