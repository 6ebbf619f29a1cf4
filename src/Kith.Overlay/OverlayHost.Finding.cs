using Kith.Crypto;
using Kith.Overlay.Host;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay;

/// <content>Being found, and finding.</content>
public sealed partial class OverlayHost
{
    /// <summary>How long a thorough search waits for nodes that do not answer, once there is something.</summary>
    public static readonly TimeSpan ThoroughPatience = TimeSpan.FromSeconds(1.5);

    private readonly List<PendingFind> _finds = []; // guarded by the gate
    private IReadOnlyList<Publication> _publications = [];
    private IReadOnlyList<Sought> _sought = [];

    /// <inheritdoc/>
    public void Publish(IReadOnlyList<Publication> publications) => Run((core, now) =>
    {
        _publications = publications;
        core.Publish(now, publications);
    });

    /// <inheritdoc/>
    public void Listen(IReadOnlyList<Sought> sought) => Run((core, _) =>
    {
        _sought = sought;
        core.Knocks.Listen(sought);
    });

    /// <inheritdoc/>
    public void Knock(FindSecret secret) => Run((core, now) => core.Knock(now, secret));

    /// <inheritdoc/>
    public async Task<Finding> FindAsync(FindSecret secret, Ed25519PublicKey maker, bool isThorough, CancellationToken cancellationToken)
    {
        var find = new PendingFind(secret, maker, isThorough, _time);
        Run((core, now) => Begin(core, now, find));
        // Disposed, or failed by a defect: nobody would end it.
        if (find.Held is null)
            find.Stop();
        await using var giveUp = cancellationToken.UnsafeRegister(_ => Run((core, _) =>
        {
            find.Cancel(cancellationToken);
            if (find.Held is { } held)
                core.Cancel(held);
            _finds.Remove(find);
        }), null).ConfigureAwait(false);
        await using var hurry = isThorough
            ? _time.CreateTimer(_ => Run((_, _) => find.Hurry()), null, ThoroughPatience, Timeout.InfiniteTimeSpan)
            : null;
        return await find.Task.ConfigureAwait(false);
    }

    private void Begin(OverlayCore core, long now, PendingFind find)
    {
        _finds.Add(find);
        find.Held = core.Find(now, find.Secret, find.Maker, progress =>
        {
            if (progress.IsFinished)
                _finds.Remove(find);
            if (find.Take(progress, out var news))
                _tellings.Add(() => _observer.Found(find.Secret, news));
        }, find.IsThorough);
    }
}
