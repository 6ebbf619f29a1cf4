using System.Numerics;
using System.Runtime.InteropServices;
using Kith.Wire;

namespace Kith.Simulation.Network;

/// <content>How a datagram travels: out through NATs, over a link, in through NATs.</content>
public sealed partial class SimulatedNetwork
{
    internal void Send(SimulatedNode node, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        Counters.Sent++;
        Counters.BytesSent += datagram.Length;
        node.DatagramsOut++;
        node.BytesOut += datagram.Length;
        Watch?.Invoke(node, to, datagram);
        if (!node.IsAlive)
            return;
        if (datagram.Length > LargestDatagram)
        {
            Counters.Oversized++;
            return;
        }

        var from = node.Address;
        for (var nat = node.Nat; nat is not null; nat = nat.Behind)
        {
            if (nat.Inside.ContainsKey(to) || nat.Inner.ContainsKey(to.WithPort(0)))
            {
                Launch(node, from, to, datagram, LanDelay, nat.Index);
                return;
            }

            if ((to.SameAddress(nat.Outside) && !nat.Options.Hairpin) || !nat.TryLeave(Now, from, to, out from))
            {
                Counters.StoppedByNat++;
                return;
            }
        }

        Travel(node, from, to, datagram);
    }

    private static ulong Pair(ulong seed, Endpoint from, Endpoint to)
    {
        // The same both ways.
        var one = SimulatedRandom.Mix(from.High + (31 * from.Low));
        var other = SimulatedRandom.Mix(to.High + (31 * to.Low));
        return SimulatedRandom.Mix(seed ^ (one + other));
    }

    private void Travel(SimulatedNode node, Endpoint from, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        var quality = QualityOf?.Invoke(node, to) ?? Quality;
        if (Random.Happens(quality.Loss))
        {
            Counters.Lost++;
            return;
        }

        var pair = Pair(Seed, from, to);
        Launch(node, from, to, datagram, quality.Delay(pair, Random), -1);
        if (!Random.Happens(quality.Duplication))
            return;
        Counters.Duplicated++;
        Launch(node, from, to, datagram, quality.Delay(pair, Random), -1);
    }

    private void Launch(SimulatedNode node, Endpoint from, Endpoint to, ReadOnlySpan<byte> datagram, long delay, int lan)
    {
        var index = _wheel.Add(Now + delay);
        ref var item = ref _wheel[index];
        item.Kind = EventKind.Datagram;
        item.From = from;
        item.To = to;
        item.Node = node.Side;
        item.Lan = lan;
        item.Content = _pool.Keep(datagram);
        item.Length = datagram.Length;
    }

    private void Arrive(ref SimulatedEvent item)
    {
        var node = Receiver(ref item);
        if (node is not null && node.Side != item.Node)
        {
            Counters.Parted++;
            node = null;
        }

        if (node?.DatagramCore is { } core)
        {
            // The core sends while it reads, and the pool may grow by that: slabs never move, so the span stays good.
            var datagram = _pool.Read(item.Content, item.Length);
            if (_tracing)
                Note(item.From, item.To, datagram);
            Counters.Delivered++;
            node.DatagramsIn++;
            node.BytesIn += datagram.Length;
            core.Receive(Now, item.From, datagram);
            Schedule(node);
        }

        _pool.Forget(item.Content);
    }

    private SimulatedNode? Receiver(ref SimulatedEvent item)
    {
        SimulatedNode? node;
        if (item.Lan >= 0)
        {
            node = Within(_nats[item.Lan], item.From, item.To);
        }
        else if (!_public.TryGetValue(item.To, out node) && _nats.Count > 0 && _natAt.TryGetValue(item.To.WithPort(0), out var nat))
        {
            if (!nat.TryEnter(Now, item.From, item.To.Port, out var inside))
            {
                Counters.StoppedByNat++;
                return null;
            }

            node = Within(nat, item.From, inside);
        }

        if (node is null)
            Counters.Unreachable++;
        return node;
    }

    // The node inside of a NAT that has this endpoint, or the one behind a further NAT there that has it.
    private SimulatedNode? Within(SimulatedNat nat, Endpoint from, Endpoint to)
    {
        while (!nat.Inside.ContainsKey(to) && nat.Inner.TryGetValue(to.WithPort(0), out var inner))
        {
            if (!inner.TryEnter(Now, from, to.Port, out to))
            {
                Counters.StoppedByNat++;
                return null;
            }

            nat = inner;
        }

        return nat.Inside.GetValueOrDefault(to);
    }

    private void Note(Endpoint from, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        var digest = Trace ^ (ulong)Now;
        digest = SimulatedRandom.Mix(digest + from.Low + from.Port);
        digest = SimulatedRandom.Mix(digest + to.Low + to.Port);
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(datagram))
            digest = BitOperations.RotateLeft((digest ^ word) * 0x9E3779B97F4A7C15, 29);
        foreach (var b in datagram[(datagram.Length & ~7)..])
            digest = BitOperations.RotateLeft((digest ^ b) * 0x9E3779B97F4A7C15, 29);
        Trace = digest;
    }
}
