using System.Net;
using Kith.Crypto;
using Kith.Transport.PortMapping.Upnp;

namespace Kith.Transport.PortMapping;

/// <summary>
/// Keeps the node's UDP and TCP port mapped at the router of its private network, as long as it lives: by PCP, else NAT-PMP, else UPnP; and opens the firewall for IPv6 by PCP. Renews, begins
/// anew where the router has forgotten or the network is another, and gives everything back at the end (docs/protocol/nat.md, "The router").
/// </summary>
public sealed class PortMapper : IAsyncDisposable
{
    private readonly ushort _port;
    private readonly Action<MappingState> _changed;
    private readonly IRandom _random;
    private readonly TimeProvider _time;
    private readonly Func<DefaultGateway, IReadOnlyList<IRouterProtocol>> _protocolsOf;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _loop;
    private DefaultGateway? _four;
    private DefaultGateway? _six;
    private List<(IRouterProtocol Router, MappedPort Port)> _mapped = [];
    private IRouterProtocol? _working;

    private PortMapper(ushort port, Action<MappingState> changed, IRandom random, TimeProvider time, Func<DefaultGateway, IReadOnlyList<IRouterProtocol>>? protocolsOf)
    {
        (_port, _changed, _random, _time) = (port, changed, random, time);
        _protocolsOf = protocolsOf ?? (gateway => ProtocolsOf(gateway, _random, _time));
        _loop = RunAsync();
    }

    /// <summary>How long giving the mappings back may take at the end.</summary>
    internal TimeSpan StopTime { get; set; } = MappingLimits.StopTime;

    /// <summary>Begins to ask. Never for a node on loopback: that is the caller's to know.</summary>
    /// <param name="port">The node's UDP and TCP port.</param>
    /// <param name="changed">Told what came of it, from any thread, each time that it is something else.</param>
    /// <param name="random">Nonces, and ports where the node's own is taken.</param>
    /// <param name="time">The clock.</param>
    public static PortMapper Start(ushort port, Action<MappingState> changed, IRandom random, TimeProvider time) => new(port, changed, random, time, null);

    /// <summary>The same with routers of a test's.</summary>
    internal static PortMapper Start(
        ushort port, Action<MappingState> changed, IRandom random, TimeProvider time, Func<DefaultGateway, IReadOnlyList<IRouterProtocol>> protocolsOf) => new(port, changed, random, time, protocolsOf);

    /// <summary>The network may be another: asks anew, now.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // It will look anyway, or never again.
        }
    }

    /// <summary>Gives the mappings back, as far as the router answers at once, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(StopTime, _time);
        await UnmapAsync(limit.Token).ConfigureAwait(false);
        _stopping.Dispose();
        _wake.Dispose();
    }

    /// <summary>The protocols to try at a router, the best first.</summary>
    internal static IReadOnlyList<IRouterProtocol> ProtocolsOf(DefaultGateway gateway, IRandom random, TimeProvider time)
    {
        var exchange = new GatewayExchange(new IPEndPoint(gateway.Address, NatPmpMessage.Port), gateway.Local, time);
        var pcp = new PcpRouter(exchange, random, time);
        // IPv6 has no addresses to map: only PCP opens a firewall.
        return gateway.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            ? [pcp, new NatPmpRouter(exchange, time), new UpnpRouter(exchange, SearchMessage.Group, random, time)]
            : [pcp];
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var told = MappingState.None;
        var pause = MappingLimits.FirstPause;
        try
        {
            while (true)
            {
                var state = await LookAsync(_stopping.Token).ConfigureAwait(false);
                if (!state.Ports.SequenceEqual(told.Ports) || state with { Ports = told.Ports } != told)
                    _changed(told = state);
                pause = state.Ports.Count > 0 ? MappingLimits.FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, MappingLimits.LongestPause.Ticks));
                await WaitAsync(state.Ports.Count == 0 ? pause : HasForgotten() ? MappingLimits.LeastRenewal : Renewal(state.Ports)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private static TimeSpan Renewal(IReadOnlyList<MappedPort> ports)
    {
        var least = ports.Where(port => port.Lifetime > TimeSpan.Zero).Select(port => port.Lifetime / 2).DefaultIfEmpty(MappingLimits.Lifetime / 2).Min();
        return least < MappingLimits.LeastRenewal ? MappingLimits.LeastRenewal : least > MappingLimits.Lifetime / 2 ? MappingLimits.Lifetime / 2 : least;
    }

    // Everything was asked for anew already; a router that has just started may do so again.
    private bool HasForgotten()
    {
        var any = false;
        foreach (var (router, _) in _mapped)
        {
            any |= router.HasForgotten;
            router.HasForgotten = false;
        }

        return any;
    }

    private async Task WaitAsync(TimeSpan most)
    {
        using var timeout = new CancellationTokenSource(most, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            await _wake.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            // Time to renew.
        }
    }

    private async Task<MappingState> LookAsync(CancellationToken cancellationToken)
    {
        var (four, six) = (DefaultGateway.FindFour(), DefaultGateway.FindSix());
        if (four != _four || six != _six)
        {
            // On the old network nobody listens to us any more: its mappings end by themselves.
            (_four, _six, _working, _mapped) = (four, six, null, []);
        }

        var mapped = new List<(IRouterProtocol Router, MappedPort Port)>();
        var isForgotten = false;
        if (four is not null)
        {
            foreach (var router in _working is { } working ? [working] : _protocolsOf(four))
            {
                mapped.AddRange(await MapBothAsync(router, cancellationToken).ConfigureAwait(false));
                if (mapped.Count == 0)
                    continue;
                _working = router;
                break;
            }

            isForgotten = mapped.Count == 0 && _working is not null;
            if (isForgotten)
                _working = null;
        }

        if (six is not null)
        {
            var known = _mapped.Where(one => !one.Port.External.IsIPv4).Select(one => one.Router).FirstOrDefault();
            mapped.AddRange(await MapBothAsync(known ?? (_protocolsOf(six) is [var first, ..] ? first : null), cancellationToken).ConfigureAwait(false));
        }

        _mapped = mapped;
        // The one that worked does no more: the others get their turn soon.
        if (isForgotten)
            Wake();
        return StateOf(four ?? six, mapped);
    }

    private async Task<List<(IRouterProtocol, MappedPort)>> MapBothAsync(IRouterProtocol? router, CancellationToken cancellationToken)
    {
        var mapped = new List<(IRouterProtocol, MappedPort)>();
        if (router is null || await router.MapAsync(isUdp: true, _port, Wanted(isUdp: true), cancellationToken).ConfigureAwait(false) is not { } udp)
            return mapped;
        mapped.Add((router, udp));
        // The same number outside, so that one address stands for both.
        if (await router.MapAsync(isUdp: false, _port, udp.External.Port, cancellationToken).ConfigureAwait(false) is { } tcp)
            mapped.Add((router, tcp));
        return mapped;
    }

    private ushort Wanted(bool isUdp) => _mapped.Find(one => one.Port.IsUdp == isUdp && one.Port.External.IsIPv4).Port?.External.Port ?? _port;

    private async Task UnmapAsync(CancellationToken cancellationToken)
    {
        // The newest first: miniupnpd 2.3 looks at that alone when an IPv6 one is given back.
        foreach (var (router, port) in Enumerable.Reverse(_mapped))
        {
            try
            {
                await router.UnmapAsync(port, _port, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It ends by itself.
                return;
            }
        }
    }

    private static MappingState StateOf(DefaultGateway? gateway, List<(IRouterProtocol Router, MappedPort Port)> mapped)
    {
        if (gateway is null)
            return MappingState.None;
        var ports = mapped.ConvertAll(one => one.Port);
        var router = Wire.Endpoint.From(gateway.Address, NatPmpMessage.Port);
        var isDouble = ports.Exists(port => port.External.IsIPv4 && !PrivateAddress.IsOfTheInternet(port.External.ToAddress()));
        var problem = ports.Count > 0 ? null : "the router opens no port for programs: PCP, NAT-PMP and UPnP are switched off there, or it has none of them";
        return new MappingState(ports, router, isDouble, problem);
    }
}
