using Kith.Crypto;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>Passing on: what others pass on for us, and what we pass on for others.</content>
public sealed partial class MailboxHost
{
    private long _period;
    private long _periodAt;
    private int _guards;

    /// <summary>Whether what concerns our boxes may go straight, or through how many others it goes, is something else: at once, and not at the next look.</summary>
    public void HidingChanged() => Run(static _ => { });

    // With the gate held.
    private void NoticeHiding(long now)
    {
        if (_parts.Order is { } order && now >= _periodAt + PassLimits.PeriodPause)
        {
            _periodAt = now;
            var period = order();
            _period = period.Index;
            _routes.Renew(period.Secret.ToArray());
        }

        // Who was asked straight may not hear of us by the same session any more.
        if (_routes.Notice(now))
            _outside.Enqueue(() => _sessions.End(SessionUse.Own));
    }

    // With the gate held.
    private void NoticeGuards()
    {
        var (guards, useless, version) = _routes.Guards;
        if (version == _guards)
            return;
        _guards = version;
        var saved = new SavedGuards(_period, guards, useless);
        _outside.Enqueue(() => _parts.Observer.GuardsChanged(saved));
    }

    private sealed class WorldOfRoutes(MailboxHost host) : IPassRoutesWorld
    {
        public IEnumerable<Endpoint> Passers(long now) => host._onions?.Serving(now) ?? host._directory.Serving(now);

        public X25519PublicKey? KeyOf(Endpoint holder) => host._hearsay is { } hearsay ? hearsay.KeyOf(holder) : host._directory.KeyOf(holder);

        public bool AreOne(Endpoint passer, Endpoint holder) => host._onions?.Find(passer)?.Key is { } key && KeyOf(holder) == key;

        public bool IsSelf(Endpoint holder) => host._directory.IsSelf(holder);

        public X25519PublicKey? OwnKey => host._parts.Key?.PublicKey;

        public bool IsNear(Endpoint holder) => host._networks.AreLifted(holder);

        public void KeyFailed(long now, Endpoint holder)
        {
            if (host._hearsay is { } hearsay)
                hearsay.KeyFailed(now, holder);
            else
                host._directory.KeyFailed(now, holder);
        }

        public void Greet(Endpoint guard) => host._directory.Retry(host._now, guard);

        public void Ask(Endpoint at, HolderRequest request) => host._outside.Enqueue(() => host._sessions.Ask(at, UseFor(request), request, isOwn: true));

        public void Drop(Endpoint at, HolderRequest request) => host._outside.Enqueue(() => host._sessions.Drop(at, UseFor(request), request));

        // What goes through several looks as what we pass on for others, and goes among it.
        private static SessionUse UseFor(HolderRequest request) => request.Request is SealedRequest ? SessionUse.Others : SessionUse.Own;
    }

    private sealed class WorldOfPasses(MailboxHost host) : IPassWorld
    {
        public bool Passes
        {
            get
            {
                lock (host._gate)
                    return host._room > 0;
            }
        }

        public bool Knows(Endpoint holder)
        {
            lock (host._gate)
                return host._directory.Serves(host.Now(), holder);
        }

        public void Look(Endpoint holder, Action<bool> found) => host.Run(now => host._directory.Confirm(now, holder, (_, isKnown) => host._outside.Enqueue(() => found(isKnown))));

        public void Ask(Endpoint holder, HolderRequest request) => host._sessions.Ask(holder, SessionUse.Others, request);

        public void Drop(Endpoint holder, HolderRequest request) => host._sessions.Drop(holder, SessionUse.Others, request);
    }
}
