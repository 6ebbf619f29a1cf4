using Kith.Crypto;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Sending;

namespace Kith.Forwarding.Meeting;

/// <content>The veiled form: stocks of reply blocks, and the packets to ourselves that try them.</content>
public sealed partial class MeetingKeeper
{
    // Tops a stock up once a quarter of it is gone.
    private void Fill(long now, OwnPoint point, OwnHandle handle)
    {
        if (handle.IsStale && !TryClear(now, point, handle))
        {
            _workAt = Math.Min(_workAt, now + MeetingLimits.FirstReconnect);
            return;
        }

        if (handle.FillAt > now)
        {
            _workAt = Math.Min(_workAt, handle.FillAt);
            return;
        }

        // Where nothing comes back the node may be gone, and what is laid there lost.
        var target = point.ProbesLost >= MeetingLimits.ProbesToRestock ? MeetingLimits.IdleStock : handle.Target(now);
        if (handle.Left > target * 3 / 4 || _queue.Count >= MeetingLimits.MaxQueued)
            return;
        while (handle.Left < target)
        {
            var blocks = Blocks(now, point, handle, Math.Min(ServiceMessage.MaxBlocks, target - handle.Left));
            if (blocks.Length == 0 || Service(now, point, new StockMessage(handle.Secret, blocks)) is not { } packet)
            {
                _workAt = Math.Min(_workAt, now + MeetingLimits.FirstReconnect);
                return;
            }

            _queue.Add(packet);
            handle.Sent += (ulong)blocks.Length;
            Arrivals.Stocked += blocks.Length;
        }

        if (handle.IsReady)
            return;
        handle.IsReady = true;
        world.AddressesChanged(now, handle.Contact);
    }

    // The next ones for a handle, numbered; fewer, or none, where no path is found.
    private ReadOnlyMemory<byte>[] Blocks(long now, OwnPoint point, OwnHandle handle, int count)
    {
        var without = new PathExclusions().Add(point.Node.Key, chooser.GroupOf(point.Node));
        var blocks = new List<ReadOnlyMemory<byte>>(count);
        while (blocks.Count < count && packets.MakeReplyBlock(now, without, new ReplyUse(ReplyKind.Stock, handle.Handle, handle.Sent + (ulong)blocks.Count + 1)) is { } block)
            blocks.Add(block.Bytes);
        return [.. blocks];
    }

    // Reply blocks of an earlier run would be used first, and lead nowhere. False while there is no way.
    private bool TryClear(long now, OwnPoint point, OwnHandle handle)
    {
        if (guards.Live.Count == 0 || Service(now, point, new ForgetMessage(handle.Secret)) is not { } packet)
            return false;
        _queue.Add(packet);
        handle.IsStale = false;
        handle.FillAt = now + MeetingLimits.ClearTime + Slowness;
        point.ProbeAt = handle.FillAt + MeetingLimits.BusyProbe;
        return true;
    }

    // A packet that asks a meeting point for something; null while there is no way to it.
    private OutgoingPacket? Service(long now, OwnPoint point, ServiceMessage message)
    {
        if (packets.Newest(now, point.Node) is not { } node)
            return null;
        var without = new PathExclusions().Add(node.Key, chooser.GroupOf(node));
        return packets.Draw(now, packets.Forwarders - 1, without) is { } path ? packets.ToService(now, path, node, message.ToArray()) : null;
    }

    private void Probe(long now, OwnPoint point)
    {
        if (point.Handles.Values.Any(handle => handle.IsStale || handle.FillAt > now))
        {
            (point.Probe, point.ProbeAt) = (null, now + MeetingLimits.BusyProbe);
            return;
        }

        if (point.Probe is not null && !Lose(now, point))
            return;
        // By the handle that was used last: it is the one that matters.
        var handle = point.Handles.Values.MaxBy(static one => one.UsedAt);
        if (handle is null || packets.Newest(now, point.Node) is not { } node)
        {
            point.ProbeAt = now + MeetingLimits.BusyProbe;
            point.ProbesLost++;
            if (handle is not null && IsGone(now, point))
                Replace(now, point);
            return;
        }

        var without = new PathExclusions().Add(node.Key, chooser.GroupOf(node));
        if (packets.Draw(now, packets.Forwarders - 1, without) is not { } path)
        {
            point.ProbeAt = now + MeetingLimits.BusyProbe;
            return;
        }

        point.Probe = ++_probes;
        point.ProbeAt = now + (ProbePatience?.Invoke() ?? _loops.Patience) + Slowness;
        _loops.Sent(now, _probes, [.. path.Select(static one => one.Descriptor.Key), node.Key]);
        var address = new MeetingAddress(node, handle.Handle, handle.Key);
        _queue.Add(packets.ToHandle(now, path, address, new LoopContent(_probes).ToArray()));
    }

    // A packet to ourselves is lost: the stock there may be. False when the point is given up.
    private bool Lose(long now, OwnPoint point)
    {
        point.Probe = null;
        point.ProbesLost++;
        if (IsGone(now, point))
        {
            Replace(now, point);
            return false;
        }

        if (point.ProbesLost < MeetingLimits.ProbesToRestock)
            return true;
        // The word to throw the old ones away may be what was lost.
        foreach (var handle in point.Handles.Values)
            handle.IsStale |= point.IsUnproved;
        Refill(now, point, isGuess: true);
        return true;
    }

    private static bool IsGone(long now, OwnPoint point) => point.ProbesLost >= MeetingLimits.ProbesToReplace && now - point.HeardAt >= MeetingLimits.ReplacePatience;

    private void Probed(long now, OwnPoint point, ulong number)
    {
        if (_loops.Came(now, number) is { } sent)
            chooser.Succeeded(sent.Path, sent.SentAt);
        (point.ProbesLost, point.HeardAt, point.IsUnproved) = (0, now, false);
        if (point.Probe != number)
            return;
        point.Probe = null;
        var isBusy = point.Handles.Values.Any(handle => now - handle.UsedAt < MeetingLimits.BusyTime);
        point.ProbeAt = now + (isBusy ? _loops.Pause : MeetingLimits.IdleProbe * (75 + random.NextInt32(51)) / 100);
    }

    private void Refill(long now, OwnPoint point, bool isGuess)
    {
        foreach (var handle in point.Handles.Values)
        {
            handle.LayAnew(isGuess);
            Fill(now, point, handle);
        }
    }

    // A new epoch: blocks for the keys of the last one serve until its end and no longer, and contacts need the keys of the next.
    private void Renew(long now)
    {
        _epoch = book.EpochAt(now);
        _renewAt = book.StartOf(_epoch + 1) + random.NextInt64(0, MeetingLimits.RenewalSpread);
        Version++;
        foreach (var point in _points)
        {
            point.Node = packets.Newest(now, point.Node) ?? point.Node;
            if (Form == MeetingForm.Veiled)
                Refill(now, point, isGuess: false);
        }

        foreach (var contact in _contacts)
            world.AddressesChanged(now, contact);
    }
}
