using Kith.Crypto;
using Kith.Node.Home;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Udp;

namespace Kith.Node.Network;

/// <summary>One run of the overlay on the node's UDP port, with the nodes that the home remembers; keeps them for the next.</summary>
internal sealed class OverlayRun : IAsyncDisposable
{
    /// <summary>Between two times at which the good nodes are written down.</summary>
    private static readonly TimeSpan SavePeriod = TimeSpan.FromMinutes(2);

    private readonly string _home;
    private readonly OverlayHost _host;
    private readonly ITimer _saving;
    private readonly Lock _gate = new(); // guards the file
    private IReadOnlyList<string> _saved;

    private OverlayRun(string home, OverlayHost host, IReadOnlyList<string> remembered, TimeProvider time)
    {
        (_home, _host, _saved) = (home, host, remembered);
        _saving = time.CreateTimer(_ => Save(), null, SavePeriod, SavePeriod);
    }

    /// <summary>The overlay.</summary>
    public IOverlay Overlay => _host;

    /// <summary>Starts it; from here on datagrams come and go.</summary>
    public static OverlayRun Start(string home, UdpPort port, TransportIdentity identity, NetworkSetup setup, IOverlayObserver observer, TimeProvider time, TextWriter? log)
    {
        var remembered = KnownNodesFile.Read(home);
        var options = new OverlayOptions
        {
            EntryPoints = setup.Entries,
            Remembered = remembered,
            DynamicDns = setup.DynamicDns,
            LocalNetwork = setup.LocalNetwork,
            Mainline = setup.Mainline,
            Swarm = setup.Swarm,
            Identity = identity,
            PortMapping = setup.PortMapping,
            Knock = setup.Knock,
            Log = log,
        };
        var host = OverlayHost.Start(port, options, observer, SystemRandom.Instance, time);
        return new OverlayRun(home, host, remembered, time);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _saving.DisposeAsync();
        Save();
        await _host.DisposeAsync();
    }

    private void Save()
    {
        var nodes = _host.Remembered;
        lock (_gate)
        {
            // Nobody answered in this run: those of the last one may again.
            if (nodes.Count == 0 || nodes.SequenceEqual(_saved, StringComparer.Ordinal))
                return;
            KnownNodesFile.TryWrite(_home, nodes);
            _saved = nodes;
        }
    }
}
