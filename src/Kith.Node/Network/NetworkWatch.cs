using System.Net;
using System.Net.NetworkInformation;

namespace Kith.Node.Network;

/// <summary>Says when this machine's own addresses have changed (another network, or the network is back), and when it has slept.</summary>
internal sealed class NetworkWatch : IDisposable
{
    /// <summary>Changes come in groups, an address taken and one given: what comes within this time is one.</summary>
    private static readonly TimeSpan Group = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the clocks are looked at.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<IPEndPoint> _listening;
    private readonly Action<IReadOnlyList<string>, IReadOnlySet<IPAddress>, TimeSpan> _changed;
    private readonly NetworkAddressChangedEventHandler _handler;
    private readonly ITimer _timer;
    private readonly SleepClock _clock;
    private readonly ITimer _beat;

    /// <summary>Begins to watch.</summary>
    /// <param name="listening">What is listened on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Called from any thread, with the addresses for others, all of this machine's, and how long it slept.</param>
    public NetworkWatch(IReadOnlyList<IPEndPoint> listening, TimeProvider time, Action<IReadOnlyList<string>, IReadOnlySet<IPAddress>, TimeSpan> changed)
    {
        (_listening, _changed) = (listening, changed);
        _timer = time.CreateTimer(_ => Look(slept: default), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _handler = (_, _) => _timer.Change(Group, Timeout.InfiniteTimeSpan);
        NetworkChange.NetworkAddressChanged += _handler;
        _clock = new SleepClock(Beat, time);
        _beat = time.CreateTimer(_ => OnBeat(), null, Beat, Beat);
    }

    /// <summary>Called from any thread when the time of day was set back.</summary>
    public Action? ClockSetBack { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= _handler;
        _timer.Dispose();
        _beat.Dispose();
    }

    private void OnBeat()
    {
        if (_clock.Beat() is { } slept)
            Look(slept);
        if (_clock.WasSetBack)
            ClockSetBack?.Invoke();
    }

    private void Look(TimeSpan slept)
    {
        try
        {
            _changed(OwnAddresses.Of(_listening), OwnAddresses.All(), slept);
        }
        catch (NetworkInformationException)
        {
            // Interfaces came or went while they were listed: their own change is told too.
        }
    }
}
