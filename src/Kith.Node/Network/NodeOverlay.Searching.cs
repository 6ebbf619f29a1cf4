using Kith.Crypto;
using Kith.Messaging;
using Kith.Messaging.Finding;
using Kith.Node.Loop;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Wire;

namespace Kith.Node.Network;

/// <content>Looking for contacts, and what comes of it.</content>
internal sealed partial class NodeOverlay
{
    /// <summary>One search in so many looks under all secrets of a contact.</summary>
    private const int LooksPerFallback = 4;

    /// <summary>Waits for somebody to ask.</summary>
    /// <exception cref="MessengerException">The overlay does not run, or nobody is there in time.</exception>
    public async Task EnterAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await Entered.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new MessengerException(MessengerError.Conflict, "There is no way into the overlay yet: `kith doctor` says which entry points were tried.");
        }
    }

    /// <summary>Looks for a contact under all secrets that it may be found by; the newest record, or null with what the search cost.</summary>
    public async Task<(Finding Best, int Queries)> FindAsync(IReadOnlyList<FindTarget> targets, bool isThorough, CancellationToken cancellationToken)
    {
        var overlay = _overlay ?? throw new MessengerException(MessengerError.Conflict, "The overlay does not run here: `kith doctor` says why.");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var findings = await Task.WhenAll(targets.Select(target => overlay.FindAsync(new FindSecret(target.Secret.Span), target.Maker, isThorough, either.Token)));
        var best = findings.Where(finding => finding.Content is not null).MaxBy(finding => finding.MadeAt) ?? findings[0];
        return (best, findings.Sum(finding => finding.Queries));
    }

    /// <summary>Takes what was found, inside the open transaction; calls there after the commit.</summary>
    public void Take(AccountId contact, Finding found)
    {
        if (Math.Abs(found.ClockDifference) >= Finding.ClockTolerance)
            _clocks[contact] = found.ClockDifference;
        else
            _clocks.Remove(contact);
        Take(contact, found.Content!, found.MadeAt);
    }

    private void Take(AccountId contact, Contactable content, long madeAt)
    {
        _messenger.AddressesFound(contact, content.Addresses, madeAt);
        _effects.After(() => _route.Nudge(contact));
    }

    /// <summary>Under which secrets a contact may be found; empty when we may not look.</summary>
    public IReadOnlyList<FindTarget> TargetsOf(AccountId contact) => _targets.GetValueOrDefault(contact) ?? [];

    /// <inheritdoc/>
    void IOverlayObserver.Found(FindSecret secret, Finding finding)
    {
        if (finding.Content is { } content)
            _loop.TryPost(new ActionItem(() => TakeUnder(secret, content, finding.MadeAt)));
    }

    /// <inheritdoc/>
    void IOverlayObserver.Knocked(FindSecret secret, Contactable content, long madeAt) => _loop.TryPost(new ActionItem(() => TakeUnder(secret, content, madeAt)));

    private void TakeUnder(FindSecret secret, Contactable content, long madeAt)
    {
        foreach (var (contact, targets) in _targets)
        {
            if (targets.Exists(target => ConstantTime.Equals(target.Secret.Span, secret.Bytes)))
                Take(contact, content, madeAt);
        }
    }

    // Runs beside the loop; what it brings is work of the loop, each finding as it comes: one secret must not wait for another's nodes that do not answer.
    private async Task SearchAsync(AccountId contact, IReadOnlyList<FindTarget> targets)
    {
        var searched = false;
        var found = false;
        try
        {
            // Not on the loop's stack.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (_overlay is not { } overlay)
                return;
            await foreach (var search in Task.WhenEach(targets.Select(target => overlay.FindAsync(new FindSecret(target.Secret.Span), target.Maker, isThorough: false, _stopping.Token))))
            {
                if (await search is not { Content: not null } finding)
                    continue;
                found = true;
                await _loop.PostAsync(new ActionItem(() => Take(contact, finding)));
            }

            searched = true;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The node stops.
        }
        finally
        {
            await _loop.PostAsync(new ActionItem(() => Ended(contact, mayKnock: searched && !found)));
        }
    }

    private void Ended(AccountId contact, bool mayKnock)
    {
        _schedule.Ended(contact, Now);
        if (mayKnock && _route.SessionOf(contact) is null)
            KnockAt(contact);
    }

    private void KnockAt(AccountId contact)
    {
        foreach (var publication in _messenger.FindableBy().Where(publication => publication.Contact == contact))
            _overlay?.Knock(new FindSecret(publication.Secret.Span));
    }

    // Each secret costs as much as the first: those that serve only after somebody was restored from a backup are tried now and then.
    private List<FindTarget> Worth(AccountId contact)
    {
        var targets = _targets[contact];
        var looks = _looks[contact] = _looks.GetValueOrDefault(contact) + 1;
        return looks % LooksPerFallback != 0 && targets.FindAll(target => !target.IsFallback) is { Count: > 0 } first ? first : targets;
    }
}
