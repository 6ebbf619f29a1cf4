using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Overlay.Relay;
using Kith.Overlay.Rendezvous;
using Kith.Transport.Tests.Udp;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Tests.Relay;

/// <summary>A real overlay on loopback whose registrations the test makes.</summary>
internal sealed class CircuitNode : IOverlayObserver, IRelayRegistrations, IAsyncDisposable
{
    private readonly Channel<(Endpoint Path, RelayRefusal Why)> _ended = Channel.CreateUnbounded<(Endpoint, RelayRefusal)>();

    public CircuitNode()
    {
        Overlay = OverlayHost.Start(Port, new OverlayOptions { LocalNetwork = false, Mainline = false }, this, SystemRandom.Instance, TimeProvider.System);
        Overlay.Run((core, _) => core.Registrations.Source = this);
        Port.Register(0xc0, 0xdf, Taker);
        Port.Start();
    }

    public UdpPort Port { get; } = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);

    public OverlayHost Overlay { get; }

    public RecordingTaker Taker { get; } = new();

    public Endpoint At => Endpoint.From(Port.LocalEndPoints[0]);

    public Dictionary<string, RelayRegistrant> Registered { get; } = [];

    public HashSet<Endpoint> Introducers { get; } = [];

    public async Task<(Endpoint Path, RelayRefusal Why)> EndedAsync() => await _ended.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Overlay.DisposeAsync();
        await Port.DisposeAsync();
    }

    void IOverlayObserver.Changed()
    {
    }

    void IOverlayObserver.Found(FindSecret secret, Finding finding)
    {
    }

    void IOverlayObserver.Knocked(FindSecret secret, Contactable content, long madeAt)
    {
    }

    void IOverlayObserver.CircuitEnded(Endpoint path, RelayRefusal why) => _ended.Writer.TryWrite((path, why));

    bool IRelayRegistrations.TryFind(ReadOnlySpan<byte> handle, out RelayRegistrant registrant) => Registered.TryGetValue(Convert.ToHexString(handle), out registrant);

    bool IRelayRegistrations.IsRegisteredWith(Endpoint introducer) => Introducers.Contains(introducer);
}
