using System.Collections.Concurrent;
using System.Net;
using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Service;
using Kith.Transport;
using Kith.Transport.Tor;
using Kith.Wire;

namespace Kith.Forwarding.Hosting;

/// <content>Sessions of others to us, and ours to neighbours that are asked and to guards.</content>
public sealed partial class ForwardingHost
{
    /// <summary>Counts as the one place that all come from who come through Tor; above all prefixes, below what <see cref="ForwarderBook"/> draws by hash.</summary>
    private const ulong ThroughTor = 1UL << 62;

    private readonly ConcurrentDictionary<Task, bool> _tasks = new();
    private readonly Dictionary<ServiceLink, ulong> _clients = []; // by group; guarded by _gate
    private readonly Dictionary<X25519PublicKey, ServiceLink> _byKey = []; // clients' sessions; guarded by _gate
    private readonly Dictionary<X25519PublicKey, X25519PrivateKey> _guardKeys = []; // guarded by _gate
    private readonly Dictionary<X25519PublicKey, ServiceLink> _guardLinks = []; // guarded by _gate

    /// <inheritdoc/>
    public bool TryTake(ISession session, IStream first)
    {
        ServiceLink link;
        lock (_gate)
        {
            var group = GroupOf(session);
            var most = group == ThroughTor ? HostingLimits.MaxOnionClients : HostingLimits.MaxClientsPerPrefix;
            if (_isDisposed || _clients.Count >= HostingLimits.MaxClients || _clients.Values.Count(other => other == group) >= most)
                return false;
            link = new ServiceLink(session, first, Arrived, Serve, _parts.Time);
            _clients.Add(link, group);
            _byKey[session.RemoteKey] = link;
        }

        Keep(ServeAsync(link));
        return true;
    }

    private void Keep(Task task)
    {
        _tasks[task] = true;
        _ = task.ContinueWith(done => _tasks.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private ulong GroupOf(ISession session) => session.Path.Kind == PathKind.Onion ? ThroughTor : session.RemoteEndPoint is IPEndPoint remote ? _node.Book.GroupOf(Endpoint.From(remote)) : 0;

    private void EndLinks()
    {
        ServiceLink[] all;
        lock (_gate)
            all = [.. _clients.Keys, .. _guardLinks.Values];
        foreach (var link in all)
            link.End();
    }

    // Datagrams of a session of others or of ours to where packets go.
    private void Arrived(ServiceLink link, IReadOnlyList<byte[]> datagrams) => Take(link, datagrams, isGuard: false);

    private void Take(ServiceLink link, IReadOnlyList<byte[]> datagrams, bool isGuard) => Run((host, now) =>
    {
        var source = host.GroupOf(link.Session);
        foreach (var datagram in datagrams)
            host._node.Take(now, source, isGuard, datagram);
    });

    private async Task ServeAsync(ServiceLink link)
    {
        // Not on the caller's stack: it may hold locks of its own.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await link.RunAsync().ConfigureAwait(false);
        Run((host, _) =>
        {
            host._clients.Remove(link);
            var key = link.Session.RemoteKey;
            if (host._byKey.GetValueOrDefault(key) != link)
                return;
            host._byKey.Remove(key);
            host._node.Server.Gone(key);
        });
        link.Dispose();
    }

    // A frame of somebody who called us.
    private bool Serve(ServiceLink link, ServiceFrame frame)
    {
        switch (frame)
        {
            case ListFrame list:
                if (link.ListedAt != 0 && _parts.Time.GetElapsedTime(link.ListedAt) < TimeSpan.FromMilliseconds(DirectoryLimits.ListPause))
                    return false;
                link.ListedAt = _parts.Time.GetTimestamp();
                Run((host, now) => link.Write(host.List(now, list.Most)));
                return true;
            case RegisterFrame register:
                Run((host, now) => link.Write(new RegisteredFrame(register.Secret.Handle, host._own is not null && host._node.Server.Register(now, link.Session.RemoteKey, register.Secret, host.GroupOf(link.Session)))));
                return true;
            case ForgetFrame forget:
                Run((host, _) => host._node.Server.Forget(forget.Secret));
                return true;
            case PingFrame ping:
                link.Write(new PongFrame(ping.Value));
                return true;
            default:
                return false;
        }
    }

    private ListedFrame List(long now, int most)
    {
        var own = _own is null ? [] : new[] { _own };
        return new ListedFrame(_own is not null, [.. own, .. _node.Book.Sample(now, Math.Max(0, most - own.Length), _parts.Random)]);
    }

    private Task<(ISession Session, IStream Stream)> CallAsync(Endpoint at, X25519PublicKey? expected, X25519PrivateKey? key) => CallAsync(NodeAddress.Tcp(at.ToIPEndPoint()), expected, key, HostingLimits.DialPatience);

    private Task<(ISession Session, IStream Stream)> CallAsync(OnionPoint at, X25519PublicKey? expected, X25519PrivateKey? key) => CallAsync(NodeAddress.Onion(OnionAddress.Of(at.Key), at.Port), expected, key, HostingLimits.OnionDialPatience);

    private Task<(ISession Session, IStream Stream)> CallAsync(NodeAddress at, X25519PublicKey? expected, X25519PrivateKey? key, TimeSpan patience) =>
        ServiceCall.BeginAsync(ct => key is null ? _parts.Dialer.ConnectAsync([at], expected, ct) : _parts.Dialer.ConnectAsync([at], expected, key, ct), static _ => true, patience, _parts.Time, _stopping.Token);

    private async Task AskAsync(Endpoint neighbour)
    {
        var (answer, key, _) = await ListAsync(() => CallAsync(neighbour, null, null), TimeSpan.FromMilliseconds(DirectoryLimits.AskPatience)).ConfigureAwait(false);
        Run((host, now) =>
        {
            if (answer is null)
                host._node.Finder.Failed(now, neighbour);
            else
                host._node.Finder.Listed(now, neighbour, key, answer);
            host._node.BookChanged(now);
        });
    }

    private async Task AskAsync(OnionPoint neighbour)
    {
        var (answer, key, problem) = await ListAsync(() => CallAsync(neighbour, null, null), HostingLimits.OnionAskPatience).ConfigureAwait(false);
        Run((host, now) =>
        {
            if (answer is null)
                host._node.Onions.Failed(now, neighbour, problem);
            else
                host._node.Onions.Listed(now, neighbour, key, answer);
            host._node.BookChanged(now);
        });
    }

    private async Task<(ListedFrame? Answer, X25519PublicKey Key, string Problem)> ListAsync(Func<Task<(ISession Session, IStream Stream)>> call, TimeSpan patience)
    {
        ListedFrame? answer = null;
        X25519PublicKey key = default;
        var problem = "it does not serve strangers";
        try
        {
            var (session, stream) = await call().ConfigureAwait(false);
            key = session.RemoteKey;
            using var link = new ServiceLink(session, stream, static (_, _) => { }, (_, frame) =>
            {
                answer = frame as ListedFrame;
                return false;
            }, _parts.Time);
            link.Write(new ListFrame(DirectoryLimits.MaxListed));
            using var late = new CancellationTokenSource(patience, _parts.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
            using var stop = either.Token.Register(link.End);
            await link.RunAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // Nobody is there, or it does not forward.
            problem = error is SessionException ? error.Message : "it did not answer in time";
        }

        return (answer, key, problem);
    }

    private Task<(ISession Session, IStream Stream)> CallGuardAsync(ForwarderDescriptor guard, X25519PrivateKey key)
    {
        if (_isOnionOnly)
            return guard.Onion is { } onion ? CallAsync(onion, guard.Key, key) : throw new SessionException(SessionErrorCode.Unreachable, "the guard has no onion address");
        var endpoint = guard.Endpoints.OrderBy(static one => !one.IsIPv4).Where(_networks.MayContact).Cast<Endpoint?>().FirstOrDefault();
        return endpoint is { } at ? CallAsync(at, guard.Key, key) : throw new SessionException(SessionErrorCode.Unreachable, "the guard has no address that can be called from here");
    }

    private async Task GuardAsync(ForwarderDescriptor guard, X25519PrivateKey key)
    {
        try
        {
            var (session, stream) = await CallGuardAsync(guard, key).ConfigureAwait(false);
            var heard = _parts.Time.GetTimestamp();
            var isLive = false;
            using var link = new ServiceLink(session, stream, (one, datagrams) => Take(one, datagrams, isGuard: true), (one, frame) =>
            {
                Volatile.Write(ref heard, _parts.Time.GetTimestamp());
                if (frame is RegisteredFrame registered)
                    Run((host, now) => host._node.Meetings.Registered(now, guard.Key, registered.Handle, registered.IsTaken));
                else if (frame is PongFrame && !isLive)
                {
                    // It has taken the session over: packets for it find it.
                    isLive = true;
                    Run((host, now) => host.GuardConnected(now, guard, one, key));
                }

                return frame is RegisteredFrame or PongFrame;
            }, _parts.Time);
            using var pings = _parts.Time.CreateTimer(_ =>
            {
                if (_parts.Time.GetElapsedTime(Volatile.Read(ref heard)) >= (_isOnionOnly ? HostingLimits.OnionGuardSilence : HostingLimits.GuardSilence))
                    link.End();
                else
                    link.Write(new PingFrame(0));
            }, null, TimeSpan.Zero, _isOnionOnly ? HostingLimits.OnionGuardPing : HostingLimits.GuardPing);
            using var stop = _stopping.Token.Register(link.End);
            await link.RunAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is SessionException or StreamException or OperationCanceledException)
        {
            // It is not there.
        }
        catch (Exception error)
        {
            // A defect of ours; the guard is lost all the same, and is called again.
            Defect(error);
        }

        Run((host, now) =>
        {
            if (!host.IsGuard(guard, key))
                return;
            host._guardLinks.Remove(guard.Key);
            host._node.Guards.Lost(now, guard.Key);
        });
    }

    // With the gate held.
    private void GuardConnected(long now, ForwarderDescriptor guard, ServiceLink link, X25519PrivateKey key)
    {
        if (!IsGuard(guard, key))
        {
            link.End();
            return;
        }

        _guardLinks[guard.Key] = link;
        _node.Guards.Connected(now, guard.Key, key.PublicKey);
    }

    // Whether it is one still, and since that key was drawn for it. With the gate held.
    private bool IsGuard(ForwarderDescriptor guard, X25519PrivateKey key) => _guardKeys.GetValueOrDefault(guard.Key) == key;
}
