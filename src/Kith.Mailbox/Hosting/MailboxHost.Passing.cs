using Kith.Crypto;
using Kith.Mailbox.Passing;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>Passing on: what others pass on for us, and what we pass on for others.</content>
public sealed partial class MailboxHost
{
    private sealed class WorldOfRoutes(MailboxHost host) : IPassRoutesWorld
    {
        public IEnumerable<Endpoint> Passers(long now) => host._directory.Serving(now);

        public X25519PublicKey? KeyOf(Endpoint holder) => host._directory.KeyOf(holder);

        public bool IsSelf(Endpoint holder) => host._directory.IsSelf(holder);

        public bool IsNear(Endpoint holder) => host._networks.AreLifted(holder);

        public void KeyFailed(long now, Endpoint holder) => host._directory.KeyFailed(now, holder);

        public void Ask(Endpoint at, HolderRequest request) => host._outside.Enqueue(() => host._sessions.Ask(at, SessionUse.Own, request));

        public void Drop(Endpoint at, HolderRequest request) => host._outside.Enqueue(() => host._sessions.Drop(at, SessionUse.Own, request));
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
