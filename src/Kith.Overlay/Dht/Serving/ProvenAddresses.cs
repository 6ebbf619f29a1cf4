using Kith.Crypto;
using Kith.Wire;

namespace Kith.Overlay.Dht.Serving;

/// <summary>The addresses that have echoed something of ours lately, an answer's transaction id or a token: datagrams from them come from there.</summary>
internal sealed class ProvenAddresses(IRandom random)
{
    /// <summary>Milliseconds that a proof is good for.</summary>
    public const long Lifetime = 10 * 60 * 1000;

    private EndpointCache? _until;

    public void Add(long now, Endpoint endpoint)
    {
        _until ??= new EndpointCache(random);
        _until.Take(endpoint, now).Time = now + Lifetime;
    }

    public bool Contains(long now, Endpoint endpoint) => _until is not null && _until.TryFind(endpoint, out var place) && place[0].Time > now;
}
