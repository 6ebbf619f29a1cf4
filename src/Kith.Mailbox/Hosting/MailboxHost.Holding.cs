using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Asking;
using Kith.Mailbox.Passing;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>What is kept for others, and what is seen of all.</content>
public sealed partial class MailboxHost
{
    private HolderServer? _server;
    private MailboxView _told = MailboxView.Nothing;
    private long _toldAt = long.MinValue / 2;

    private void OpenHolding()
    {
        if (_parts.Holding is null)
            return;
        var world = new WorldOfHolding(this);
        _server = new HolderServer(
            _parts.Holding(world, world), _parts.Key, new PassDesk(new WorldOfPasses(this), _parts.Time), new FindDesk(new WorldOfFinds(this), _parts.Time), _parts.Random, _parts.Networks, error => _parts.Log?.WriteLine($"drops: {error}"), _parts.Time);
        _server.Offer(_room);
        _parts.Takers.Register(HostingLimits.StreamKind, _server);
    }

    private async ValueTask CloseHoldingAsync()
    {
        if (_server is null)
            return;
        _parts.Takers.Register(HostingLimits.StreamKind, null);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    // With the gate held.
    private MailboxView Draw()
    {
        var (used, boxes, problem) = _server?.Size ?? default;
        return new MailboxView(_room, _directory.IsAnnounced, used, boxes, _hearsay?.Count(Now()) ?? _directory.CountServing(Now()), problem) { Traffic = _server?.Traffic ?? default };
    }

    private void NoticeChanges(long now)
    {
        NoticeGuards();
        if (now < _toldAt + ChangedPause)
            return;
        _toldAt = now;
        var view = Draw() with { Traffic = default }; // changes all the time
        if (view == _told)
            return;
        _told = view;
        _outside.Enqueue(_parts.Observer.Changed);
    }

    /// <summary>The world as what is kept sees it: asked on its thread and told there, while the directory and the sessions are elsewhere.</summary>
    private sealed class WorldOfHolding(MailboxHost host) : IHolderFinder, IHolderCalls
    {
        public void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found) =>
            host.Run(time => host._directory.Find(time, address, count, (_, holders) => host._server?.Post(told => found(told, holders))));

        public bool IsSelf(Endpoint holder)
        {
            lock (host._gate)
                return host._directory.IsSelf(holder);
        }

        public void Failed(long now, Endpoint holder) => host.Run(time => host._directory.Failed(time, holder));

        public void Distrust(long now, Endpoint holder) => host.Run(time => host._directory.Distrust(time, holder));

        // What the session brings goes to its thread, not to the lock of the others.
        public void Ask(Endpoint holder, HolderRequest request) => host._sessions.Ask(
            holder,
            SessionUse.Repair,
            request with { Answered = (_, answer, failure) => host._server?.Post(told => request.Answered(told, answer, failure)) });

        public void Drop(Endpoint holder, HolderRequest request) => host._sessions.Drop(holder, SessionUse.Repair, request);
    }
}
