using System.Buffers;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Sessions;

/// <summary>One core and what is around it in a session, without lock, link or clock: records are plaintexts, and time is what the test says.</summary>
internal sealed class CoreSide : IStreamOwner
{
    public static readonly SessionParameters Parameters = new(MaxData: 4000, MaxStreamData: 1000, MaxStreams: 4);

    private readonly byte[] _record = new byte[SessionLimits.MaxRecordPlaintext];

    public CoreSide(bool isInitiator, SessionParameters? local = null, SessionParameters? remote = null) =>
        Core = new SessionCore(this, isInitiator, local ?? Parameters, remote ?? Parameters, TimeSpan.Zero);

    public SessionCore Core { get; }

    public TimeSpan Now { get; set; }

    public List<SessionStream> Accepted { get; } = [];

    public List<byte[]> Datagrams { get; } = [];

    public static (CoreSide Initiator, CoreSide Responder) Pair() => (new CoreSide(true), new CoreSide(false));

    /// <summary>Lets both send until neither has anything to send.</summary>
    public static void Exchange(CoreSide a, CoreSide b)
    {
        bool moved;
        do
        {
            moved = a.SendTo(b) | b.SendTo(a);
        }
        while (moved);
    }

    public bool SendTo(CoreSide other)
    {
        var any = false;
        while (NextRecord() is { } record)
        {
            other.Receive(record);
            any = true;
        }

        return any;
    }

    /// <summary>The next record to send; null when there is none.</summary>
    public byte[]? NextRecord()
    {
        var length = Core.WriteRecord(_record, Now);
        return length == 0 ? null : _record[..length];
    }

    public void Receive(ReadOnlySpan<byte> record)
    {
        var effects = new SessionEffects();
        Core.Receive(record, Now, effects);
        Apply(effects);
    }

    public void Tick(TimeSpan now)
    {
        Now = now;
        var effects = new SessionEffects();
        Core.Tick(now, effects);
        Apply(effects);
    }

    public void Close(SessionErrorCode code, bool flush = true)
    {
        var effects = new SessionEffects();
        Core.BeginClose(new SessionClose(code, ByRemote: false, "a test"), flush, Now, effects);
        Apply(effects);
    }

    public SessionStream Open() => Core.TryOpen(StreamIo.Kind) ?? throw new InvalidOperationException("no stream is allowed");

    /// <summary>Writes without waiting for room.</summary>
    public static void Write(SessionStream stream, ReadOnlySpan<byte> bytes)
    {
        stream.Output.Write(bytes);
        _ = stream.Output.FlushAsync().AsTask();
    }

    /// <summary>Reads what is there.</summary>
    public static byte[] Read(SessionStream stream)
    {
        if (!stream.Input.TryRead(out var result))
            return [];
        var bytes = result.Buffer.ToArray();
        stream.Input.AdvanceTo(result.Buffer.End);
        return bytes;
    }

    /// <summary>Whether the input has ended in good order and was read to its end.</summary>
    public static bool IsAtEnd(SessionStream stream)
    {
        if (!stream.Input.TryRead(out var result))
            return false;
        stream.Input.AdvanceTo(result.Buffer.Start);
        return result is { IsCompleted: true, Buffer.IsEmpty: true };
    }

    void IStreamOwner.OnFlushed(SessionStream stream) => Core.Flushed(stream);

    void IStreamOwner.OnConsumed(SessionStream stream, long bytes) => Core.Consumed(stream, bytes);

    void IStreamOwner.OnInputCompleted(SessionStream stream, ulong code)
    {
        var effects = new SessionEffects();
        Core.CompleteInput(stream, code, effects);
        Apply(effects);
    }

    void IStreamOwner.OnOutputReset(SessionStream stream, ulong code) => Core.ResetOutput(stream, code, byRemote: false);

    private void Apply(SessionEffects effects)
    {
        Accepted.AddRange(effects.Accepted);
        Datagrams.AddRange(effects.Datagrams);
        foreach (var (stream, ended) in effects.Woken)
            stream.WakeReader(ended);
    }
}
