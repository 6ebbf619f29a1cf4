using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Sessions;

/// <summary>Two sessions over a connection in memory, on one fake clock.</summary>
internal sealed record SessionPair(Session A, Session B, MemoryLink LinkA, MemoryLink LinkB, ManualClock Clock) : IAsyncDisposable
{
    public static async Task<SessionPair> ConnectAsync(int buffer = 1 << 20)
    {
        var clock = new ManualClock();
        var (a, b) = MemoryLink.Pair(buffer);
        using var keyA = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var keyB = X25519PrivateKey.Generate(SystemRandom.Instance);
        var calling = HandshakeCore.Initiate(Identity(keyA), keyB.PublicKey, SessionParameters.Default);
        var called = HandshakeCore.Respond(Identity(keyB), SessionParameters.Default);
        var sessions = await Task.WhenAll(
            Handshaker.RunAsync(a, calling, clock, CancellationToken.None), Handshaker.RunAsync(b, called, clock, CancellationToken.None));
        return new SessionPair(sessions[0], sessions[1], a, b, clock);
    }

    public static TransportIdentity Identity(X25519PrivateKey key, SecretBytes? swarmKey = null) => new(key, swarmKey, SystemRandom.Instance);

    public async ValueTask DisposeAsync()
    {
        // In good order each would wait for the other's end, and the clock stands still.
        LinkA.Abort();
        LinkB.Abort();
        await Task.WhenAll(A.Closed, B.Closed);
    }
}
