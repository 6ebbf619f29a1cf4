using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>Whether one more circuit is carried, and for whom: every limit of the relay is looked at here, before anybody else is troubled.</summary>
internal sealed class RelayAdmission(RelayGround ground)
{
    private readonly Dictionary<AddressPrefix, RateMeter> _perPrefix = [];
    private RateMeter _all = new(RelayLimits.AsksPerSecond, RelayLimits.AskBurst);

    /// <summary>The prefix by which a caller is counted; null on a network of our own, where the rules about prefixes are lifted, and for a tunnel, which is counted where it comes in.</summary>
    public AddressPrefix? PrefixOf(Endpoint caller) => ground.Networks.AreLifted(caller) || UdpPort.IsVirtual(caller) ? null : AddressPrefix.Of(caller);

    /// <summary>Looks at a proven request; <see cref="RelayRefusal.None"/> when it may go on.</summary>
    public RelayRefusal Check(
        long now, Endpoint caller, ReadOnlySpan<byte> handle, List<ServedCircuit> circuits, List<PendingCircuit> pending, out RelayRegistrant registrant)
    {
        registrant = default;
        if (!TryTake(now, caller))
            return RelayRefusal.Rate;
        if (circuits.Count + pending.Count >= RelayLimits.MaxServed || pending.Count >= RelayLimits.MaxPending)
            return RelayRefusal.Full;
        if (!ground.Registrations.TryFind(handle, out registrant))
            return RelayRefusal.UnknownHandle;
        if (!registrant.TakesCircuits)
            return RelayRefusal.NoConsent;
        var at = registrant.At;
        var waiting = pending.Count(one => one.Registrant == at);
        if (waiting >= RelayLimits.MaxPendingPerRegistrant || waiting + circuits.Count(one => one.RegisteredAt == at) >= RelayLimits.MaxPerRegistrant)
            return RelayRefusal.Registrant;
        return PrefixOf(caller) is { } prefix && circuits.Count(one => one.Prefix == prefix) + pending.Count(one => one.Prefix == prefix) >= RelayLimits.MaxPerPrefix
            ? RelayRefusal.Prefix
            : RelayRefusal.None;
    }

    private bool TryTake(long now, Endpoint caller)
    {
        if (PrefixOf(caller) is { } prefix)
        {
            if (!_perPrefix.TryGetValue(prefix, out var meter))
            {
                if (_perPrefix.Count == RelayLimits.MaxCountedPrefixes)
                    _perPrefix.Clear();
                meter = new RateMeter(RelayLimits.PrefixAsksPerSecond, RelayLimits.PrefixAskBurst);
            }

            var allowed = meter.TryTake(now, 1);
            _perPrefix[prefix] = meter;
            if (!allowed)
                return false;
        }

        return _all.TryTake(now, 1);
    }
}
