using System.Buffers;

namespace Kith.Transport.Sessions;

/// <summary>The two loops of a session and its end.</summary>
internal sealed partial class Session
{
    /// <summary>What one receive takes at most, bytes: several records at a time when the other side is busy.</summary>
    private const int ReceiveBuffer = 64 * 1024;

    /// <summary>What one send takes at most, bytes.</summary>
    private const int SendBuffer = 64 * 1024;

    /// <summary>After this much the writer loop leaves the thread that woke it, which has other work.</summary>
    private const int InlineSendLimit = 256 * 1024;

    // The thread on which the reader loop hands out what it received: what the room above sends meanwhile leaves together afterwards.
    private int _deliveringThread;
    private bool _wakeAfterDelivery;

    private void Run(ReadOnlySpan<byte> received)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(ReceiveBuffer, received.Length + RecordProtection.MaxRecord));
        received.CopyTo(buffer);
        var writing = WriteLoopAsync();
        _ = FinishAsync(ReadLoopAsync(buffer, received.Length), writing);
    }

    private async Task FinishAsync(Task reading, Task writing)
    {
        await reading.ConfigureAwait(false);
        await writing.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _link.Dispose();
        _keys.Dispose();
        _accepted.Writer.TryComplete();
        _datagrams.Writer.TryComplete();
        SessionClose close;
        lock (_gate)
            close = _core.Close!;
        _closed.TrySetResult(close);
    }

    private void Wake()
    {
        if (_deliveringThread == Environment.CurrentManagedThreadId)
            _wakeAfterDelivery = true;
        else
            _writes.Signal();
    }

    private void EndCore(SessionErrorCode code, string reason)
    {
        var effects = new SessionEffects();
        lock (_gate)
            _core.End(new SessionClose(code, ByRemote: false, reason), effects);
        Deliver(effects);
    }

    private async Task ReadLoopAsync(byte[] buffer, int filled)
    {
        // Off the thread that started the session: the loop may run the room above.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var plaintext = ArrayPool<byte>.Shared.Rent(SessionLimits.MaxRecordPlaintext);
        var effects = new SessionEffects();
        try
        {
            while (true)
            {
                var used = ReceiveRecords(buffer.AsSpan(0, filled), plaintext, effects);
                DeliverReceived(effects);
                filled -= used;
                if (used > 0 && filled > 0)
                    buffer.AsSpan(used, filled).CopyTo(buffer);
                if (IsEndedByRemote())
                    break;
                var count = await _link.ReceiveAsync(buffer.AsMemory(filled), CancellationToken.None).ConfigureAwait(false);
                if (count == 0)
                    break;
                filled += count;
            }
        }
        catch (IOException)
        {
            // The end of the link is the end of the loop, whoever ended it.
        }
        catch (Exception fault)
        {
            EndCore(SessionErrorCode.Internal, fault.GetType().Name);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            ArrayPool<byte>.Shared.Return(plaintext, clearArray: true);
            EndCore(SessionErrorCode.ConnectionLost, "the connection broke");
            _writes.Signal();
            _link.Abort();
        }
    }

    private bool IsEndedByRemote()
    {
        lock (_gate)
            return _core.State == SessionState.Ended && _core.Close!.ByRemote;
    }

    // Takes every whole record; returns how many bytes they were. Once the session is not open everything is dropped.
    private int ReceiveRecords(ReadOnlySpan<byte> bytes, byte[] plaintext, SessionEffects effects)
    {
        var used = 0;
        while (true)
        {
            var rest = bytes[used..];
            if (!RecordProtection.TryMeasure(rest, out var size))
                return Refuse(bytes.Length, effects);
            if (size == 0 || rest.Length < size)
                return used;
            if (!_keys.Receive.TryOpen(rest[..size], plaintext, out var length))
                return Refuse(bytes.Length, effects);
            used += size;
            lock (_gate)
            {
                _core.Receive(plaintext.AsSpan(0, length), Now, effects);
                _wakeAfterDelivery |= _core.HasOutput;
                if (_core.State == SessionState.Open)
                    continue;
                ArmTimer();
                return bytes.Length;
            }
        }
    }

    private int Refuse(int used, SessionEffects effects)
    {
        lock (_gate)
        {
            var close = new SessionClose(SessionErrorCode.RecordInvalid, ByRemote: false, "a record that is not authentic, or of a wrong length");
            _core.BeginClose(close, flush: false, Now, effects);
            ArmTimer();
        }

        _wakeAfterDelivery = true;
        return used;
    }

    private void DeliverReceived(SessionEffects effects)
    {
        _deliveringThread = Environment.CurrentManagedThreadId;
        try
        {
            Deliver(effects);
        }
        finally
        {
            _deliveringThread = 0;
        }

        if (!_wakeAfterDelivery)
            return;
        _wakeAfterDelivery = false;
        _writes.Signal();
    }

    private async Task WriteLoopAsync()
    {
        var plaintext = ArrayPool<byte>.Shared.Rent(SessionLimits.MaxRecordPlaintext);
        try
        {
            var ended = false;
            while (!ended)
            {
                await _writes.WaitAsync().ConfigureAwait(false);
                ended = await SendAllAsync(plaintext).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            EndCore(SessionErrorCode.ConnectionLost, "the connection broke");
            _link.Abort();
        }
        catch (Exception fault)
        {
            EndCore(SessionErrorCode.Internal, fault.GetType().Name);
            _link.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plaintext, clearArray: true);
        }
    }

    // Sends until nothing is left that may be sent; true when nothing more will ever be.
    private async ValueTask<bool> SendAllAsync(byte[] plaintext)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SendBuffer);
        var inline = 0;
        try
        {
            while (true)
            {
                var count = FillRecords(plaintext, buffer, out var ended);
                if (count > 0)
                    await SendAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);

                if (ended)
                {
                    _link.EndSending();
                    return true;
                }

                if (count == 0)
                    return false;
                inline += count;
                if (inline < InlineSendLimit)
                    continue;
                inline = 0;
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sending = _link.SendAsync(bytes, CancellationToken.None);
        return sending.IsCompleted ? sending : WaitForRoomAsync(sending);
    }

    // The kernel's buffer is full: from here on the clock runs against a receiver that takes nothing.
    private async ValueTask WaitForRoomAsync(ValueTask sending)
    {
        lock (_gate)
            _core.SendStarted(Now);
        await sending.ConfigureAwait(false);
        lock (_gate)
            _core.SendFinished();
    }

    private int FillRecords(byte[] plaintext, byte[] buffer, out bool ended)
    {
        var count = 0;
        while (true)
        {
            var room = SendBuffer - count >= RecordProtection.MaxRecord;
            var length = 0;
            lock (_gate)
            {
                if (room)
                    length = _core.WriteRecord(plaintext, Now);
                ended = room && _core.State == SessionState.Ended;
            }

            if (length > 0)
                count += _keys.Send.Seal(plaintext.AsSpan(0, length), buffer.AsSpan(count));
            if (length == 0 || ended)
                return count;
        }
    }
}
