using System.Net;
using Kith.Crypto;
using Kith.Overlay.Reach;
using Kith.Transport;
using Kith.Transport.Udp;

namespace Kith.Node.Network;

/// <summary>
/// Sessions over datagrams, from the node's first moment on: at addresses alone until the overlay runs, and from then on by everything that leads to a contact. Addresses through introducers
/// wait for the overlay; others only as long as nobody answers there.
/// </summary>
internal sealed class NodeCarrier(UdpCarrier udp, TimeProvider time) : ICarrier
{
    /// <summary>What an attempt at addresses that is under way gets, once there are more ways.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource<ReachCarrier> _reach = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public string Name => udp.Name;

    /// <summary>The carrier that reaches anyone; null until the overlay runs.</summary>
    public ReachCarrier? Reach { get; private set; }

    /// <summary>The overlay runs from now on.</summary>
    public void Attach(ReachCarrier reach)
    {
        Reach = reach;
        _reach.TrySetResult(reach);
    }

    /// <summary>There will be no overlay in this run.</summary>
    public void GiveUp() => _reach.TrySetCanceled();

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => udp.Takes(address) || address.Kind == NodeAddress.ViaKind;

    /// <inheritdoc/>
    public async Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default)
    {
        if (Reach is { } reach)
            return await reach.ConnectAsync(addresses, remoteKey, cancellationToken).ConfigureAwait(false);
        NodeAddress[] plain = [.. addresses.Where(udp.Takes)];
        if (plain.Length > 0 && await ConnectEarlyAsync(plain, plain.Length < addresses.Count, remoteKey, cancellationToken).ConfigureAwait(false) is { } session)
            return session;
        try
        {
            reach = await _reach.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(SessionErrorCode.Unreachable, "nobody can introduce us, as the overlay does not run");
        }

        return await reach.ConnectAsync(addresses, remoteKey, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default) => udp.ListenAsync(endPoint, cancellationToken);

    // Null when the overlay came before an answer, and may do better; or when nobody is there, which is soon known, and it has further ways.
    private async Task<ISession?> ConnectEarlyAsync(NodeAddress[] plain, bool areThereOthers, X25519PublicKey? remoteKey, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var early = udp.ConnectAsync(plain, remoteKey, giveUp.Token);
        if (await Task.WhenAny(early, _reach.Task).ConfigureAwait(false) != early && _reach.Task.IsCompletedSuccessfully)
        {
            await Task.WhenAny(early, Task.Delay(Grace, time, cancellationToken)).ConfigureAwait(false);
            if (!early.IsCompleted)
                await giveUp.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            return await early.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (SessionException error) when (_reach.Task.IsCompletedSuccessfully || (areThereOthers && error.Code == SessionErrorCode.Unreachable))
        {
            return null;
        }
    }
}
