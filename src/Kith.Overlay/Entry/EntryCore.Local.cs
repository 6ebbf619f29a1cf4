using Kith.Overlay.Entry.Local;
using Kith.Wire;

namespace Kith.Overlay.Entry;

/// <content>Nodes heard on the local network.</content>
public sealed partial class EntryCore
{
    private readonly LocalNetwork _local;
    private readonly Dictionary<Endpoint, ulong> _runs = [];

    /// <summary>Whether a datagram that came to the overlay's own socket belongs here: its first key is <c>here</c>.</summary>
    public static bool IsBeacon(ReadOnlySpan<byte> datagram) => LocalBeacon.IsOne(datagram);

    /// <summary>Takes what came to the overlay's own socket: the answer to a beacon of ours. Anything else is dropped.</summary>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (_started && _local.TryTakeAnswer(now, from, datagram, out var run))
            Found(now, from, run);
    }

    /// <summary>Takes what came to the local network's group. Anything but a beacon is dropped.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="from">Who sent it.</param>
    /// <param name="datagram">All of it, opened where the swarm is private.</param>
    public void HeardLocal(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (_started && _local.TryHear(now, from, datagram, out var node, out var run))
            Found(now, node, run);
    }

    /// <summary>The local network's interfaces changed: announces there anew.</summary>
    public void InterfacesChanged(long now)
    {
        if (!_started)
            return;
        _local.Announce(now);
        Tick(now);
    }

    /// <summary>The local network is not heard, and why, in one sentence: shown among the ways in.</summary>
    /// <param name="address">What could not be opened.</param>
    /// <param name="trouble">The sentence.</param>
    public void LocalTrouble(string address, string trouble)
    {
        _ = _points.RemoveAll(point => point.Address == address);
        _points.Add(new EntryPoint(EntrySource.LocalNetwork, address) { Stage = EntryStage.Failed, Detail = trouble });
        _version++;
    }

    private void Found(long now, Endpoint node, ulong run)
    {
        // A new run at an address that we know is a node that has started anew: it knows nobody, and we are to it nobody.
        var isSameRun = _runs.TryGetValue(node, out var last) && last == run;
        if (_byEndpoint.TryGetValue(node, out var point))
        {
            if (point.Stage is EntryStage.Asking or EntryStage.Resolving || (isSameRun && point.Stage == EntryStage.Answered))
                return;
        }
        else
        {
            MakeRoom(EntrySource.LocalNetwork, EntryLimits.MaxLocal);
            point = Add(EntrySource.LocalNetwork, node);
        }

        if (_runs.Count >= 2 * EntryLimits.MaxLocal)
            _runs.Clear();
        _runs[node] = run;
        BeginTurn(point, now);
        Tick(now);
    }
}
