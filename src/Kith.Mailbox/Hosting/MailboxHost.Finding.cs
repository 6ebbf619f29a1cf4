using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Asking;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <content>Who holds, said to those who cannot look themselves; and for somebody who calls onion addresses alone, asked of others.</content>
public sealed partial class MailboxHost
{
    private const long OnionsPause = 1_000;

    private long _onionsAt = long.MinValue / 2;

    private PassRoutes MakeRoutes()
    {
        var period = _parts.Order?.Invoke();
        _period = period?.Index ?? 0;
        var routes = new PassRoutes(new WorldOfRoutes(this), _parts.Random, period?.Secret.ToArray())
        {
            NeverStraight = _onions is null ? _parts.NeverStraight : static () => true,
            Passers = _onions is null ? _parts.Passers : static () => 1, // Tor hides us from the one
            Patience = _onions is null ? PassLimits.Patience : PassLimits.OnionPatience,
            LeastPatience = _onions is null ? PassLimits.LeastPatience : PassLimits.LeastOnionPatience,
        };
        if (_parts.Guards.Period == period?.Index)
            routes.Restore(Now(), _parts.Guards);
        _guards = routes.Guards.Version;
        return routes;
    }

    // With the gate held.
    private void SessionFailed(long now, Endpoint holder)
    {
        if (_onions is { } onions)
            onions.Failed(now, holder);
        else
            _directory.Failed(now, holder);
        _routes.SessionFailed(now, holder);
    }

    // With the gate held. Whoever looked before anybody was there found nobody, and would look again only after a pause.
    private void NoticeOnions(long now)
    {
        if (_onions is not { } onions || now < _onionsAt + OnionsPause)
            return;
        _onionsAt = now;
        var had = onions.Any;
        onions.Refresh();
        if (had || !onions.Any)
            return;
        _hearsay!.Find(now, BoxAddress.FromBytes(_parts.Random.NextBytes(BoxAddress.Size)), MailboxLimits.Asked, static (_, _) => { });
        _writer.NetworkChanged();
        _reader.NetworkChanged(now);
    }

    private sealed class WorldOfHearsay(MailboxHost host) : IHearsayWorld
    {
        public IReadOnlyList<Endpoint> Passers(long now) => host._routes.InOrder(now);

        public int Known => host._onions!.Count;

        public void Ask(Endpoint passer, FindRequest request, Action<long, FoundAnswer?, X25519PublicKey> told)
        {
            var asked = new HolderRequest(request, (now, answer, _) =>
            {
                var found = answer?.Answer as FoundAnswer;
                // Who offers no room passes nothing on, either.
                if (found is null or { Code: DropCode.NoRoom })
                    host._onions!.Failed(now, passer);
                else
                    host._onions!.Answered(passer);
                told(now, found, answer?.HolderKey ?? default);
            })
            { Patience = FindLimits.Patience };
            host._outside.Enqueue(() => host._sessions.Ask(passer, SessionUse.Own, asked));
        }
    }

    private sealed class WorldOfFinds(MailboxHost host) : IFindWorld
    {
        public bool Passes
        {
            get
            {
                lock (host._gate)
                    return host._room > 0;
            }
        }

        public void Find(FindRequest request, Action<IReadOnlyList<FoundHolder>> found) => host.Run(now => host._directory.Find(now, RoomKey.AddressAt(request.Prefix), FindLimits.Holders, (_, nearest) =>
        {
            var holders = new List<FoundHolder>(nearest.Count);
            foreach (var at in nearest.Distinct())
            {
                if ((host._directory.IsSelf(at) ? host._parts.Key?.PublicKey : host._directory.KeyOf(at)) is { } key)
                    holders.Add(new FoundHolder(at, key));
            }

            host._outside.Enqueue(() => found(holders));
        }));
    }
}
