using Kith.Crypto;
using Kith.Transport.Connections.Recovery;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>What arrived and what was lost (RFC 9002), and the turns of the keys (RFC 9001 section 6).</summary>
internal sealed partial class ConnectionCore
{
    /// <summary>Numbers on their way at once; the oldest packet counts as lost when there are more, so that a peer who never acknowledges costs no more than this.</summary>
    private const int MaxOnTheWay = 1 << 16;

    /// <summary>The first packet number that is left out lies below this, then each below twice as much further, up to <see cref="LongestSkip"/>.</summary>
    private const int FirstSkip = 256;
    private const int LongestSkip = 1 << 16;

    private TimeSpan _keySince;
    private long _firstUnderKey; // number of the first packet sealed under the current key
    private bool _isKeyConfirmed = true; // the other side has acknowledged a packet of the current key: it may turn again (RFC 9001 section 6.1)
    private TimeSpan? _dropKeyAt;
    private bool _isConfirmed; // the other side has shown that it has the keys
    private long _skipAt = -1;
    private int _skipWithin = FirstSkip;

    private SessionErrorCode HandleAck(TimeSpan now, in PacketFrame frame, ConnectionEffects effects)
    {
        var largest = (long)frame.Value;
        if (largest >= _book.Next)
            return SessionErrorCode.RecordInvalid; // a packet that was never sent (RFC 9000 section 13.1)
        var delay = TimeSpan.FromMicroseconds(Math.Min(frame.Second << ConnectionLimits.AckDelayExponent, ConnectionLimits.MaxAckDelay.TotalMicroseconds));
        var smallest = largest - (long)frame.Third;
        if (_book.HasSkipped(smallest, largest + 1))
            return SessionErrorCode.RecordInvalid;
        // RFC 9002 section 5.1: a sample only when the largest one is new and asked for an acknowledgement.
        if (_book.First <= largest && _book[largest] is { Path: { } path } newest)
        {
            path.Recovery.Sample(now, newest.SentAt, delay);
            if (path == _active)
                _streams!.RoundTrip = path.Recovery.Rtt.Smoothed;
        }

        // Below that nothing waits, and nothing lost either.
        var lowest = _book.First;
        foreach (var one in _paths)
            lowest = Math.Min(lowest, one.Recovery.FirstLost);
        var any = TakeRange(now, smallest, largest + 1);
        var reader = new WireReader(frame.Data);
        for (var i = 0UL; i < frame.Count; i++)
        {
            _ = reader.TryReadVarInt(out var gap) & reader.TryReadVarInt(out var length); // checked when the frame was read
            var end = smallest - (long)gap - 1;
            smallest = end - 1 - (long)length;
            if (end <= lowest)
                break; // done with, and so is everything below
            if (_book.HasSkipped(smallest, end))
                return SessionErrorCode.RecordInvalid;
            any |= TakeRange(now, smallest, end);
        }

        if (!any)
            return SessionErrorCode.None;
        if (largest >= _firstUnderKey)
            _isKeyConfirmed = true;
        DetectLost(now);
        if (_isPathLost)
            _isPathLost = false;
        return SessionErrorCode.None;
    }

    private bool TakeRange(TimeSpan now, long start, long end)
    {
        var any = false;
        var cursor = start;
        while (_book.TryNextNew(ref cursor, end, out var from, out var to))
        {
            _book.MarkAcknowledged(from, to);
            for (var number = from; number < to; number++)
                any |= TakeAcknowledged(now, number);
        }

        foreach (var path in _paths)
            path.Recovery.AcknowledgedLate(now, start, end);
        return any;
    }

    private bool TakeAcknowledged(TimeSpan now, long number)
    {
        ref var packet = ref _book[number];
        if (packet.Path is not { } path)
            return false; // counted as lost before: its frames were said again, which harms nobody
        packet.Path = null;
        packet.WasAcknowledged = true;
        path.Recovery.LargestAcknowledged = Math.Max(path.Recovery.LargestAcknowledged, number);
        path.Recovery.Timeouts = 0;
        path.Recovery.Acknowledged(now, number, packet.SentAt, packet.Size);
        var count = _content.Count(number, out var first);
        for (var i = 0; i < count; i++)
        {
            ref readonly var frame = ref _content[first + i];
            if (frame.Kind == SentKind.Ack)
                _receivedPackets.Confirmed((long)frame.Value);
            else
                _streams!.Acknowledged(frame);
        }

        _content.Release(number);
        return true;
    }

    // RFC 9002 section 6.1: three later ones arrived, or a later one did and it is old. Each path is judged by its own packets.
    private void DetectLost(TimeSpan now)
    {
        foreach (var path in _paths)
            path.Recovery.LossTime = null;
        var run = default(LostRun); // of the path in use
        for (var number = _book.First; number < _book.Next; number++)
        {
            ref var packet = ref _book[number];
            if (packet.Path is not { } path)
            {
                if (packet.WasAcknowledged)
                    run.Arrived();
                continue;
            }

            var recovery = path.Recovery;
            if (number > recovery.LargestAcknowledged)
            {
                if (path == _active)
                    break; // nothing newer of the path in use can be lost either
                continue;
            }

            var lostAt = packet.SentAt + recovery.LossDelay;
            if (number + recovery.PacketThreshold > recovery.LargestAcknowledged && lostAt > now)
            {
                recovery.LossTime = Earlier(recovery.LossTime, lostAt);
                continue;
            }

            if (path == _active)
                run.Lost(packet.SentAt, recovery.Rtt);
            Lose(now, number, ref packet);
        }

        if (run.Longest > TimeSpan.Zero && run.Longest >= _active!.Recovery.Rtt.PersistentCongestion)
            _active.Recovery.Collapse(now);
        _book.Trim();
    }

    // Books what was just sealed.
    private void Book(TimeSpan now, long number, ConnectionPath path, int size, bool isEliciting)
    {
        if (_book.Next - _book.First >= MaxOnTheWay)
        {
            Lose(now, _book.First, ref _book[_book.First]);
            _book.Trim();
        }

        if (isEliciting)
        {
            _book.Add(new SentPacket { Path = path, SentAt = now, Size = size });
            path.Recovery.Sent(now, size);
            _acksAlone = 0;
        }
        else
        {
            _book.Pass();
            _content.Release(number);
        }

        if (_skipAt < 0)
            _skipAt = _book.Next + 1 + _identity.Random.NextInt32(_skipWithin);
        if (_book.Next < _skipAt)
            return;
        _content.Begin(_book.Next);
        _content.Release(_book.Next);
        _book.Skip();
        _skipAt = -1;
        _skipWithin = Math.Min(2 * _skipWithin, LongestSkip);
    }

    private void Lose(TimeSpan now, long number, ref SentPacket packet)
    {
        var recovery = packet.Path!.Recovery;
        packet.Path = null;
        recovery.Lost(now, number, packet.SentAt, packet.Size);
        SayAgain(number);
        _content.Release(number);
    }

    private void SayAgain(long number)
    {
        var count = _content.Count(number, out var first);
        for (var i = 0; i < count; i++)
        {
            var frame = _content[first + i];
            switch (frame.Kind)
            {
                case SentKind.NewId:
                    _newIds.Enqueue(frame.Value);
                    break;
                case SentKind.RetireId when !_remoteIds.Retirements.Contains(frame.Value):
                    _remoteIds.Retirements.Enqueue(frame.Value);
                    break;
                default:
                    _streams!.Lost(frame);
                    break;
            }
        }
    }

    // RFC 9002 section 6.2.4: something that asks for an answer; best what has waited longest.
    private void TimeOutProbe(TimeSpan now, ConnectionEffects effects)
    {
        var recovery = _active!.Recovery;
        recovery.Timeouts++;
        _probesDue = 2;
        var again = 2;
        for (var number = _book.First; number < _book.Next && again > 0; number++)
        {
            if (_book[number] is not { Path: not null })
                continue;
            SayAgain(number);
            again--;
        }

        if (recovery.Timeouts > DeadPathTimeouts)
            recovery.Collapse(now);
        if (recovery.Timeouts >= DeadPathTimeouts)
            ReplaceActive(now, effects);
    }

    // Packets of a path that is left behind are not waited for: they may be lost with it. What they said goes by the new one.
    private void LoseOtherPaths()
    {
        for (var number = _book.First; number < _book.Next; number++)
        {
            ref var packet = ref _book[number];
            if (packet.Path is not { } path || path == _active)
                continue;
            Abandon(number, ref packet);
        }

        _book.Trim();
    }

    private void ForgetPackets(ConnectionPath gone)
    {
        for (var number = _book.First; number < _book.Next; number++)
        {
            ref var packet = ref _book[number];
            if (packet.Path == gone)
                Abandon(number, ref packet);
        }

        _book.Trim();
    }

    private void Abandon(long number, ref SentPacket packet)
    {
        packet.Path!.Recovery.Abandon(number, packet.Size);
        packet.Path = null;
        SayAgain(number);
        _content.Release(number);
    }

    private void TurnPhaseIfDue(TimeSpan now)
    {
        if (!_isKeyConfirmed || !_isConfirmed || (_sealer!.Sealed < _table.PacketsPerKey && now < _keySince + ConnectionLimits.KeyLifetime))
            return;
        TurnSending(now);
    }

    private void TurnSending(TimeSpan now)
    {
        _sealer!.Update();
        _keySince = now;
        _firstUnderKey = _book.Next;
        _isKeyConfirmed = false;
    }

    // The other side has turned: this side follows, if it did not begin (RFC 9001 section 6.2), and keeps the last key for what is late.
    private void TurnPhase(TimeSpan now)
    {
        if (_sealer!.Generation < _opener!.Generation)
            TurnSending(now);
        _dropKeyAt = now + (3 * (_active?.Recovery.ProbeTimeout ?? TimeSpan.FromSeconds(1)));
    }
}
