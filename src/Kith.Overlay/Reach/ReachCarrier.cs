using System.Net;
using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>
/// The carrier that reaches anyone: takes a node's own addresses, UDP endpoints and introducers, tries all of them at once, and makes one session that goes over to the best path as ways open
/// (docs/protocol/reach.md). For several threads.
/// </summary>
public sealed class ReachCarrier : ICarrier, IAsyncDisposable
{
    /// <summary>Sessions that are looked after at once; further ones stay on the path that they have.</summary>
    public const int MaxSessions = 2_048;

    private readonly IReachDialer _dialer;
    private readonly IOverlay _overlay;
    private readonly Func<OwnNetworks> _networks;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<ReachUpgrader, Task> _upgraders = [];
    private bool _isDisposed;

    /// <summary>A carrier on a node's overlay.</summary>
    /// <param name="dialer">Makes the sessions.</param>
    /// <param name="overlay">Calls, and opens circuits.</param>
    /// <param name="networks">The networks that this node is on now: addresses there are tried first.</param>
    /// <param name="time">The clock.</param>
    public ReachCarrier(IReachDialer dialer, IOverlay overlay, Func<OwnNetworks> networks, TimeProvider time) =>
        (_dialer, _overlay, _networks, _time) = (dialer, overlay, networks, time);

    /// <inheritdoc/>
    public string Name => "reach";

    /// <inheritdoc/>
    public bool Takes(NodeAddress address) => address.Kind is NodeAddress.TcpKind or NodeAddress.UdpKind or NodeAddress.ViaKind;

    /// <inheritdoc/>
    public async Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default)
    {
        if (addresses.FirstOrDefault(address => !Takes(address)) is { } other)
            throw new ArgumentException($"an address of kind {other.Kind} is not for the {Name} carrier", nameof(addresses));
        var sorted = await ReachAddresses.OfAsync(addresses, _networks(), _time, cancellationToken).ConfigureAwait(false);
        if (_overlay.View.Nat.Kind == NatKind.Blocked)
            sorted = sorted.ByTcpAlone();
        var circuits = new Circuits(_overlay, _time);
        using var attempt = new ReachAttempt(_dialer, _overlay, remoteKey, sorted, circuits, _time);
        try
        {
            var session = await attempt.RunAsync(cancellationToken).ConfigureAwait(false);
            if (!TryLookAfter(session, sorted, circuits))
                circuits.Close();
            return session;
        }
        catch
        {
            circuits.Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IListener> ListenAsync(IPEndPoint endPoint, CancellationToken cancellationToken = default) => _dialer.ListenAsync(endPoint, cancellationToken);

    /// <summary>Looks after a session that a contact made, too: when this node moves, it is this side that must call. Nothing for a session that is not over datagrams.</summary>
    /// <param name="session">The session.</param>
    /// <param name="addresses">Where the contact is, as far as known.</param>
    /// <param name="cancellationToken">Gives up looking up names.</param>
    public async Task AttendAsync(ISession session, IReadOnlyList<NodeAddress> addresses, CancellationToken cancellationToken = default)
    {
        if (session is not IUdpSession udp)
            return;
        var sorted = await ReachAddresses.OfAsync([.. addresses.Where(Takes)], _networks(), _time, cancellationToken).ConfigureAwait(false);
        TryLookAfter(udp, sorted, new Circuits(_overlay, _time));
    }

    /// <summary>A contact is elsewhere, or introduced by others, from now on: its sessions look there.</summary>
    /// <param name="key">The contact's transport key.</param>
    /// <param name="addresses">All its addresses.</param>
    /// <param name="cancellationToken">Gives up looking up names.</param>
    public async Task SetAddressesAsync(X25519PublicKey key, IReadOnlyList<NodeAddress> addresses, CancellationToken cancellationToken = default)
    {
        var concerned = Sessions(upgrader => upgrader.Session.RemoteKey.Equals(key));
        if (concerned.Count == 0)
            return;
        var sorted = await ReachAddresses.OfAsync([.. addresses.Where(Takes)], _networks(), _time, cancellationToken).ConfigureAwait(false);
        foreach (var upgrader in concerned)
            upgrader.SetAddresses(sorted);
    }

    /// <summary>This machine's network has changed, or it slept: every session calls the other side from where we are now. To be called after <see cref="IOverlay.NetworkChanged"/>.</summary>
    public void NetworkChanged()
    {
        foreach (var upgrader in Sessions(_ => true))
            upgrader.NetworkChanged();
    }

    /// <summary>How the last call for a session ended; null where there was none. Says why a session is still relayed.</summary>
    public ReachOutcome? OutcomeOf(ISession session) => Sessions(upgrader => ReferenceEquals(upgrader.Session, session)) is [var upgrader, ..] ? upgrader.LastOutcome : null;

    /// <summary>Looks after no session any more; they stay their owners'.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            running = [.. _upgraders.Values];
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private bool TryLookAfter(IUdpSession session, ReachAddresses addresses, Circuits circuits)
    {
        var upgrader = new ReachUpgrader(session, _overlay, addresses, circuits, _time);
        lock (_gate)
        {
            if (_isDisposed || _upgraders.Count >= MaxSessions || _upgraders.Keys.Any(other => ReferenceEquals(other.Session, session)))
                return false;
            _upgraders.Add(upgrader, LookAfterAsync(upgrader));
        }

        return true;
    }

    private async Task LookAfterAsync(ReachUpgrader upgrader)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await upgrader.RunAsync(_stopping.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _upgraders.Remove(upgrader);
        }
    }

    private IReadOnlyList<ReachUpgrader> Sessions(Func<ReachUpgrader, bool> matches)
    {
        lock (_gate)
            return [.. _upgraders.Keys.Where(matches)];
    }
}
