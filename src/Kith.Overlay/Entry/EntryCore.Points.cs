using System.Net;
using Kith.Crypto;
using Kith.Transport;
using Kith.Wire;
namespace Kith.Overlay.Entry;

/// <content>Entry points: their turns, questions, failures and returns.</content>
public sealed partial class EntryCore
{
    private void AddText(EntrySource source, string text)
    {
        if (Endpoint.TryParse(text, out var endpoint))
        {
            if (!_byEndpoint.ContainsKey(endpoint))
                Add(source, endpoint);
        }
        else if (NodeAddress.TryParse(text, out var address) && address is { Kind: NodeAddress.TcpKind })
        {
            _points.Add(new EntryPoint(source, text) { Host = address.Host, Port = (ushort)address.Port });
        }
        else
        {
            // Nothing to try, ever: shown so that the user sees what was not understood.
            _points.Add(new EntryPoint(source, text) { Stage = EntryStage.Failed, Detail = $"“{Shorten(text)}” is not HOST:PORT" });
        }
    }

    private EntryPoint Add(EntrySource source, Endpoint endpoint)
    {
        var point = new EntryPoint(source, endpoint.ToString());
        point.Endpoints.Add(endpoint);
        _points.Add(point);
        _byEndpoint[endpoint] = point;
        return point;
    }

    private void MakeRoom(EntrySource source, int limit)
    {
        if (_points.Count(point => point.Source == source) < limit)
            return;
        // The oldest that did not answer goes first, then the oldest.
        var oldest = _points.Find(point => point.Source == source && point.Stage != EntryStage.Answered) ?? _points.Find(point => point.Source == source)!;
        _ = _points.Remove(oldest);
        Forget(oldest);
    }

    private void Forget(EntryPoint point)
    {
        foreach (var endpoint in point.Endpoints)
        {
            if (_byEndpoint.TryGetValue(endpoint, out var holder) && holder == point)
                _ = _byEndpoint.Remove(endpoint);
        }
    }

    private void BeginRound(long now)
    {
        var remembered = 0;
        var contacts = 0;
        foreach (var point in _points)
        {
            if (point is { Host: null, Endpoints.Count: 0 })
                continue;
            point.Failures = 0;
            BeginTurn(point, now + point.Source switch
            {
                EntrySource.Remembered => remembered++ * EntryLimits.Stagger,
                EntrySource.Contact => contacts++ * EntryLimits.Stagger,
                EntrySource.Mainline => EntryLimits.MainlineDelay,
                _ => 0,
            });
        }

        _local.Announce(now);
    }

    private static void BeginTurn(EntryPoint point, long at)
    {
        if (point.Stage != EntryStage.Failed)
            point.Stage = EntryStage.Waiting;
        point.Request = 0;
        point.Asked = 0;
        point.Begun = at;
        point.Due = at;
    }

    private void Advance(EntryPoint point, long now)
    {
        switch (point.Stage)
        {
            case EntryStage.Asking:
                AskNext(point, now);
                break;
            case EntryStage.Waiting when point.Source == EntrySource.Mainline && _hasPeers && _points.Exists(other => other.Stage == EntryStage.Answered && other.Source != EntrySource.LocalNetwork):
                // Others run the routers for those who need them. Peers of the local network alone do not count: they may be an island.
                point.Due = now + Jittered(EntryLimits.RetryWithPeers);
                break;
            default:
                point.Begun = now;
                point.Asked = 0;
                if (point.Host is { } host)
                    Resolve(point, host, now);
                else
                    StartAsking(point, now);
                break;
        }
    }

    private void Resolve(EntryPoint point, string host, long now)
    {
        point.Stage = EntryStage.Resolving;
        point.Due = long.MaxValue;
        _version++;
        if (point.Source == EntrySource.DynamicDns)
        {
            ResolveDynamic(point, now);
            return;
        }

        var turn = point.Request = --_lastTurn;
        _asker.Resolve(now, host, (then, addresses, error) =>
        {
            // A newer turn asks anew; what the older one finds is worth nothing to it.
            if (point.Request == turn)
                TakeAddresses(point, then, addresses.Select(address => Endpoint.From(address, point.Port)), NameSentence(host, error));
        });
    }

    private void TakeAddresses(EntryPoint point, long now, IEnumerable<Endpoint> endpoints, string failure)
    {
        point.Request = 0;
        Forget(point);
        point.Endpoints.Clear();
        foreach (var endpoint in endpoints.Distinct().Take(EntryLimits.MaxAddressesPerName))
        {
            point.Endpoints.Add(endpoint);
            // Where two ways lead to one node, the first keeps it unless that one failed.
            if (!_byEndpoint.TryGetValue(endpoint, out var holder) || holder.Stage is EntryStage.Failed or EntryStage.Waiting)
                _byEndpoint[endpoint] = point;
        }

        if (point.Endpoints.Count == 0)
            Fail(point, now, failure);
        else
            StartAsking(point, now);
    }

    private void StartAsking(EntryPoint point, long now)
    {
        if (_options.LoopbackOnly && point.Endpoints.TrueForAll(endpoint => !IPAddress.IsLoopback(endpoint.ToAddress())))
        {
            Fail(point, now, $"this node listens on this computer only and cannot reach {point.Address}: start it with --listen 0.0.0.0:PORT");
            return;
        }

        point.Stage = EntryStage.Asking;
        point.Begun = now;
        point.Asked = 0;
        _version++;
        AskNext(point, now);
    }

    private void AskNext(EntryPoint point, long now)
    {
        if (point.Endpoints.Exists(endpoint => _byEndpoint.TryGetValue(endpoint, out var holder) && holder != point && holder.Stage == EntryStage.Answered))
        {
            // The same node answered as another entry point.
            point.Stage = EntryStage.Answered;
            point.Elapsed = now - _roundStart;
            point.Detail = null;
            point.Due = long.MaxValue;
            _version++;
            return;
        }

        var times = EntryLimits.AskTimes;
        if (point.Asked == times.Length - 1)
        {
            Fail(point, now, $"no answer from {point.Address}: no node runs there now, or a firewall lets nothing through");
            return;
        }

        foreach (var endpoint in point.Endpoints)
        {
            if (!_options.LoopbackOnly || IPAddress.IsLoopback(endpoint.ToAddress()))
                _effects.Ask(endpoint, point.Source);
        }

        point.Asked++;
        point.Due = point.Begun + times[point.Asked];
    }

    private void Fail(EntryPoint point, long now, string detail)
    {
        point.Stage = EntryStage.Failed;
        point.Detail = detail;
        point.Failures++;
        point.Due = NextTry(point, now);
        _version++;
    }

    private long NextTry(EntryPoint point, long now)
    {
        if (point.Source == EntrySource.LocalNetwork)
            return long.MaxValue; // heard again when it is there again
        if (!_hasPeers)
            return now + Jittered(Math.Min(EntryLimits.FirstRetry << Math.Min(point.Failures - 1, 16), EntryLimits.LongestRetry));
        return point.IsWide ? now + Jittered(EntryLimits.RetryWithPeers) : long.MaxValue;
    }

    private long Jittered(long wait) => wait * (100 - EntryLimits.JitterPercent + _random.NextInt32((2 * EntryLimits.JitterPercent) + 1)) / 100;

    private static string NameSentence(string host, ResolveError error) => error == ResolveError.Unreachable
        ? $"the name {host} could not be resolved: no DNS server answered (is this computer on the internet?)"
        : $"the name {host} does not exist or has no address";

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64] + "…";
}
