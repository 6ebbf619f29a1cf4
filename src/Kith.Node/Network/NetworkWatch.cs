using System.Net;
using System.Net.NetworkInformation;

namespace Kith.Node.Network;

/// <summary>Says when this machine's own addresses have changed: another network, or the network is back.</summary>
internal sealed class NetworkWatch : IDisposable
{
    /// <summary>Changes come in groups, an address taken and one given: what comes within this time is one.</summary>
    private static readonly TimeSpan Group = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<IPEndPoint> _listening;
    private readonly Action<IReadOnlyList<string>, IReadOnlySet<IPAddress>> _changed;
    private readonly NetworkAddressChangedEventHandler _handler;
    private readonly ITimer _timer;

    /// <summary>Begins to watch.</summary>
    /// <param name="listening">What is listened on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="changed">Called from any thread, with the addresses for others and all of this machine's.</param>
    public NetworkWatch(IReadOnlyList<IPEndPoint> listening, TimeProvider time, Action<IReadOnlyList<string>, IReadOnlySet<IPAddress>> changed)
    {
        (_listening, _changed) = (listening, changed);
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _handler = (_, _) => _timer.Change(Group, Timeout.InfiniteTimeSpan);
        NetworkChange.NetworkAddressChanged += _handler;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= _handler;
        _timer.Dispose();
    }

    private void Look()
    {
        try
        {
            _changed(OwnAddresses.Of(_listening), OwnAddresses.All());
        }
        catch (NetworkInformationException)
        {
            // Interfaces came or went while they were listed: their own change is told too.
        }
    }
}
