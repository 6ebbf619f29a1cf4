using Kith.Transport.Sessions;

namespace Kith.Transport.Handshake;

/// <summary>Runs a <see cref="HandshakeCore"/> over a link, within <see cref="HandshakeLimits.Timeout"/>, and makes the session of it.</summary>
internal static class Handshaker
{
    /// <summary>Makes a session. The link is the session's afterwards; when the handshake comes to nothing it is disposed here.</summary>
    /// <exception cref="SessionException">The handshake failed, was refused or took too long; <see cref="SessionException.Code"/> says which.</exception>
    /// <exception cref="OperationCanceledException">Given up by the caller.</exception>
    public static async Task<Session> RunAsync(ILink link, HandshakeCore core, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(HandshakeLimits.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await TalkAsync(link, core, time, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            link.Dispose();
            throw new SessionException(SessionErrorCode.HandshakeTimedOut, "the handshake took too long");
        }
        catch (IOException error)
        {
            link.Dispose();
            throw new SessionException(SessionErrorCode.ConnectionLost, "the connection broke during the handshake", error);
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private static async Task<Session> TalkAsync(ILink link, HandshakeCore core, TimeProvider time, CancellationToken cancellationToken)
    {
        using (core)
        {
            var buffer = new byte[HandshakeLimits.ReceiveBuffer];
            var filled = 0;
            var sentAt = time.GetTimestamp();
            TimeSpan? roundTrip = null;
            await SendAsync(link, core, cancellationToken).ConfigureAwait(false);
            while (core.IsUnderWay)
            {
                var count = await link.ReceiveAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    throw new SessionException(SessionErrorCode.Refused, "the other side closed the connection without an answer");
                filled += count;
                roundTrip ??= time.GetElapsedTime(sentAt);
                filled -= TakeAll(core, buffer, filled);
                if (core.Failure is { } failure)
                {
                    await RefuseAsync(link, core, cancellationToken).ConfigureAwait(false);
                    throw new SessionException(failure);
                }

                await SendAsync(link, core, cancellationToken).ConfigureAwait(false);
            }

            var keys = core.Keys!;
            return Session.Start(link, keys, buffer.AsSpan(0, filled), keys.IsInitiator ? roundTrip : null, time);
        }
    }

    private static int TakeAll(HandshakeCore core, byte[] buffer, int filled)
    {
        var used = 0;
        int taken;
        do
        {
            taken = core.Receive(buffer.AsSpan(used, filled - used));
            used += taken;
        }
        while (taken > 0);
        buffer.AsSpan(used, filled - used).CopyTo(buffer);
        return used;
    }

    private static async ValueTask SendAsync(ILink link, HandshakeCore core, CancellationToken cancellationToken)
    {
        if (core.Output.IsEmpty)
            return;
        await link.SendAsync(core.Output, cancellationToken).ConfigureAwait(false);
        core.OutputSent();
    }

    // A connection that is closed while bytes of the other side lie unread is reset, and a refusal on its way is lost with it.
    private static async ValueTask RefuseAsync(ILink link, HandshakeCore core, CancellationToken cancellationToken)
    {
        if (core.Output.IsEmpty)
            return;
        try
        {
            await SendAsync(link, core, cancellationToken).ConfigureAwait(false);
            link.EndSending();
            var buffer = new byte[HandshakeLimits.MaxDrain];
            var left = buffer.Length;
            int count;
            do
            {
                count = await link.ReceiveAsync(buffer.AsMemory(0, left), cancellationToken).ConfigureAwait(false);
                left -= count;
            }
            while (count > 0 && left > 0);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It need not be heard.
        }
    }
}
