using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Network;

namespace Kith.Node;

/// <content>What of Tor is set while the node runs.</content>
public sealed partial class KithNode
{
    /// <inheritdoc/>
    public TorEntryState TorEntry() => _core.TorEntry();

    /// <inheritdoc/>
    public TorEntryState OfferTorEntry(bool offers)
    {
        Keep(() => NetworkSetup.KeepTorEntry(_options.Home, offers), () => _core.OfferTorEntry(offers));
        return TorEntry();
    }

    /// <inheritdoc/>
    public TorWaysState TorWays()
    {
        TorWaysState? ways = null;
        Keep(() => ways = Network.TorWays.Read(_options.Home), static () => { });
        return ways! with { StartsAnew = WantsRestart };
    }

    /// <inheritdoc/>
    public async Task<TorWaysState> ChangeTorWaysAsync(TorWaysChange change, CancellationToken cancellationToken)
    {
        var lines = TorWaysLines.Read(change);
        if (lines.Bridges is { Count: > 0 } bridges && TorWays().OwnTor)
            await CheckBridgesAsync(bridges, cancellationToken);
        TorWaysState? after = null;
        Keep(() => after = Network.TorWays.Keep(_options.Home, lines), () =>
        {
            if (lines.Bridges is not null)
                _core.Tor.SetBridges(after!.Bridges);
            // A run under onion is made of them, so it starts anew; no other looks at them.
            if (lines.Entries is not null && _core.IsOnion && !after!.Entries.SequenceEqual(_setup.OnionEntries.Select(NetworkSetup.TextOf), StringComparer.Ordinal))
                RequestRestart();
        });
        return after! with { StartsAnew = WantsRestart };
    }

    // Before anything changes: with a line that Tor refuses it would not start, and whoever relies on the others would have none.
    private async Task CheckBridgesAsync(IReadOnlyList<NumberedLine> bridges, CancellationToken cancellationToken)
    {
        // One program of Tor's at a time, however many ask.
        await _bridgeCheck.WaitAsync(cancellationToken);
        try
        {
            if (await _core.Tor.FindFaultAsync([.. bridges.Select(static line => line.Text)], cancellationToken) is not { } fault)
                return;
            var which = fault.Index is { } index ? $"Line {bridges[index].Number}" : "What is given";
            throw new MessengerException(MessengerError.Invalid, $"{which} cannot be used: {fault.Problem.TrimEnd('.')}.");
        }
        finally
        {
            _bridgeCheck.Release();
        }
    }
}
