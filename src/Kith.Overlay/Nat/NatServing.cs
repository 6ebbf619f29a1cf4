using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay.Nat;

/// <summary>
/// What a node does for others that want to know their NAT: says where it sees them, answers from its alternate port, asks a third party for a probe, and is such a third party.
/// It sends nothing beyond a short answer to an address that has not proved itself (docs/protocol/nat.md, "Serving").
/// </summary>
internal sealed class NatServing(INatGround ground, IRandom random)
{
    private const int MaxAmplification = 3;

    private readonly RateBucket _all = new(NatLimits.ServeBurst, NatLimits.ServesPerSecond);
    private readonly RateBucket _thirds = new(NatLimits.ThirdBurst, NatLimits.ThirdsPerSecond);
    private readonly Dictionary<AddressPrefix, RateBucket> _prefixes = [];
    private readonly Dictionary<Endpoint, RateBucket> _orders = [];
    private readonly Dictionary<Endpoint, (long Since, int Count)> _targets = [];
    private readonly byte[] _buffer = new byte[NatLimits.MaxDatagram];

    /// <summary>Requests and orders that were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Requests answered.</summary>
    public long Served { get; private set; }

    /// <summary>Probes sent for others.</summary>
    public long Probed { get; private set; }

    /// <summary>Whether the alternate port can be answered from: only where nothing changes its number on the way.</summary>
    public bool IsInTheOpen { get; set; }

    /// <summary>Answers a request that came to the main or the alternate port.</summary>
    public void OnRequest(long now, int socket, Endpoint from, int size, in NatMessage request)
    {
        if (socket > NatSocket.Alternate || !BucketOf(from).TryTake(now) || !_all.TryTake(now))
        {
            Refused++;
            return;
        }

        Served++;
        if (request.Port != 0)
        {
            ProbeOtherPort(socket, from, in request);
            return;
        }

        var isProven = ground.Verify(from, request.Echo);
        Span<byte> token = stackalloc byte[AddressTokens.Size];
        ground.WriteToken(from, token);
        var third = isProven && socket == NatSocket.Main && (request.Ask & NatAsk.Third) != NatAsk.None && _thirds.TryTake(now) ? ChooseThird(from) : null;
        var answersAlternate = isProven && IsInTheOpen && ground.AlternatePort != 0;
        var response = new NatMessage
        {
            Type = NatMessageType.Response,
            Nonce = request.Nonce,
            Seen = from,
            Token = token,
            Third = third,
            Alternate = answersAlternate ? ground.AlternatePort : (ushort)0,
        }.Write(_buffer);
        if (isProven || response.Length <= MaxAmplification * size)
            ground.Send(socket, from, response);
        if (third is { } party)
            Order(party, from, request.Nonce);
        if (answersAlternate && socket == NatSocket.Main && (request.Ask & NatAsk.Alternate) != NatAsk.None)
            Probe(NatSocket.Alternate, from, request.Nonce);
    }

    /// <summary>Sends a probe because a server asks for it, when it is one that we asked ourselves, and not too often.</summary>
    public void OnOrder(long now, int socket, Endpoint from, in NatMessage order)
    {
        var to = order.To!.Value;
        var mayBe = socket == NatSocket.Main && ground.MayOrder(from) && ground.Verify(from, order.Echo)
            && ground.Networks.MayFollow(from, to) && to.Port >= NatLimits.MinPort && !to.SameAddress(from) && !IsOurs(to);
        if (!mayBe || !OrdersOf(from).TryTake(now) || !TryCount(now, to.WithPort(0)))
        {
            Refused++;
            return;
        }

        Probed++;
        Probe(NatSocket.Main, to, order.Nonce);
    }

    // A probe to another port of the asker's: it holds the token that we sent there, so it had that port within four minutes. No amplification: a probe is no longer than its request.
    private void ProbeOtherPort(int socket, Endpoint from, in NatMessage request)
    {
        var other = from.WithPort(request.Port);
        if (request.Port < NatLimits.MinPort || !ground.Verify(other, request.Echo))
        {
            Refused++;
            return;
        }

        Probe(socket, other, request.Nonce);
        ground.Send(socket, from, new NatMessage { Type = NatMessageType.Response, Nonce = request.Nonce, Seen = from }.Write(_buffer));
    }

    private void Probe(int socket, Endpoint to, ReadOnlySpan<byte> nonce) =>
        ground.Send(socket, to, new NatMessage { Type = NatMessageType.Probe, Nonce = nonce }.Write(_buffer));

    private void Order(Endpoint party, Endpoint to, ReadOnlySpan<byte> nonce) =>
        ground.Send(NatSocket.Main, party, new NatMessage { Type = NatMessageType.Order, Nonce = nonce, To = to, Echo = ground.TokenOf(party) }.Write(_buffer));

    // Somebody at another address than the asker, at random, so that nobody can bring their own.
    private Endpoint? ChooseThird(Endpoint asker)
    {
        Endpoint? chosen = null;
        var count = 0;
        foreach (var peer in ground.Neighbours)
        {
            if (peer.IsIPv4 != asker.IsIPv4 || peer.SameAddress(asker) || ground.Networks.AreLifted(peer) || ground.TokenOf(peer).IsEmpty)
                continue;
            if (random.NextInt32(++count) == 0)
                chosen = peer;
        }

        return chosen;
    }

    private bool IsOurs(Endpoint to)
    {
        if (ground.Wan is { } wan && wan.SameAddress(to))
            return true;
        foreach (var own in ground.Networks.Addresses)
        {
            if (own.SameAddress(to))
                return true;
        }

        return false;
    }

    private bool TryCount(long now, Endpoint target)
    {
        foreach (var (old, count) in _targets)
        {
            if (now - count.Since >= NatLimits.TargetPeriod)
                _targets.Remove(old);
        }

        if (!_targets.TryGetValue(target, out var counted))
            counted = (now, 0);
        if (counted.Count >= NatLimits.ProbesPerTarget || (counted.Count == 0 && _targets.Count >= NatLimits.MaxTargets))
            return false;
        _targets[target] = (counted.Since, counted.Count + 1);
        return true;
    }

    private RateBucket BucketOf(Endpoint from)
    {
        if (_prefixes.TryGetValue(AddressPrefix.Of(from), out var bucket))
            return bucket;
        if (_prefixes.Count >= NatLimits.MaxCounted)
            _prefixes.Clear();
        return _prefixes[AddressPrefix.Of(from)] = new RateBucket(NatLimits.PrefixBurst, NatLimits.PrefixPerSecond);
    }

    private RateBucket OrdersOf(Endpoint server)
    {
        if (_orders.TryGetValue(server, out var bucket))
            return bucket;
        if (_orders.Count >= NatLimits.MaxCounted)
            _orders.Clear();
        return _orders[server] = new RateBucket(NatLimits.OrderBurst, NatLimits.OrdersPerSecond);
    }
}
