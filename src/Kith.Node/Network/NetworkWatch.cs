using System.Net;
using System.Net.NetworkInformation;

namespace Kith.Node.Network;

/// <summary>Says when this machine's own addresses have changed: another network, or the network is back.</summary>
internal sealed class NetworkWatch : IDisposable
{
    private readonly IReadOnlyList<IPEndPoint> _listening;
    private readonly Action<IReadOnlyList<string>> _changed;
    private readonly NetworkAddressChangedEventHandler _handler;

    /// <summary>Begins to watch. <paramref name="changed"/> is called from any thread.</summary>
    public NetworkWatch(IReadOnlyList<IPEndPoint> listening, Action<IReadOnlyList<string>> changed)
    {
        (_listening, _changed) = (listening, changed);
        _handler = (_, _) => _changed(OwnAddresses.Of(_listening));
        NetworkChange.NetworkAddressChanged += _handler;
    }

    /// <inheritdoc/>
    public void Dispose() => NetworkChange.NetworkAddressChanged -= _handler;
}
