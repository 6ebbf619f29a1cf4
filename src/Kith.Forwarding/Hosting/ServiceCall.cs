using Kith.Crypto;
using Kith.Forwarding.Service;
using Kith.Transport;

namespace Kith.Forwarding.Hosting;

/// <summary>Calling a node for its stream of kind 6: one deadline from the call until the stream is open, so that a node that lets a session come about and allows no streams holds nobody.</summary>
internal static class ServiceCall
{
    /// <summary>Calls and opens the stream; both are the caller's then, and nothing is left open otherwise.</summary>
    /// <param name="dial">Makes the session.</param>
    /// <param name="takes">Whether the key that it proved will do.</param>
    /// <param name="patience">How long all of it may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">The end of whoever calls.</param>
    /// <exception cref="SessionException">Nobody is there, or another.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the caller ends.</exception>
    public static async Task<(ISession Session, IStream Stream)> BeginAsync(Func<CancellationToken, Task<ISession>> dial, Predicate<X25519PublicKey> takes, TimeSpan patience, TimeProvider time, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        var session = await dial(either.Token).ConfigureAwait(false);
        IStream? stream = null;
        try
        {
            if (!takes(session.RemoteKey))
                throw new SessionException(SessionErrorCode.Unreachable, "another node answered");
            stream = await session.OpenStreamAsync(ServiceFrame.StreamKind, either.Token).ConfigureAwait(false);
            return (session, stream);
        }
        finally
        {
            if (stream is null)
                await session.CloseAsync().ConfigureAwait(false);
        }
    }
}
