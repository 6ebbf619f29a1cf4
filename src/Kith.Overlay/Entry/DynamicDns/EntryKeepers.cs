using Kith.Wire;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>Keeps the dynamic DNS names true.</summary>
internal sealed class EntryKeepers
{
    private Endpoint? _wan;

    public long NextDeadline { get; private set; } = long.MaxValue;

    public void Tick(long now) => NextDeadline = Math.Max(NextDeadline, now);

    public void Answered(long now, Endpoint from) => NextDeadline = _wan == from ? NextDeadline : Math.Max(NextDeadline, now);

    public void SetReachable(long now, Endpoint? wan)
    {
        _wan = wan;
        Tick(now);
    }
}
