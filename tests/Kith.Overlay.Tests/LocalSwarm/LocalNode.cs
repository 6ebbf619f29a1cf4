using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Rendezvous;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.LocalSwarm;

/// <summary>A real node of the overlay on 127.0.0.1: a UDP port and an <see cref="OverlayHost"/>, as a person's node has them.</summary>
internal sealed class LocalNode : IOverlayObserver, IAsyncDisposable
{
    private readonly Lock _gate = new(); // guards what is waited for and what was heard
    private readonly List<(Func<OverlayView, bool> Condition, TaskCompletionSource Done)> _waiting = [];
    private readonly Channel<(FindSecret, Contactable)> _knocks = Channel.CreateUnbounded<(FindSecret, Contactable)>();
    private readonly UdpPort _port;
    private OverlayHost _overlay = null!;

    private LocalNode(UdpPort port) => _port = port;

    /// <summary>The node's part in the overlay.</summary>
    public OverlayHost Overlay => _overlay;

    /// <summary>Where it is.</summary>
    public Endpoint Endpoint => Endpoint.From(_port.LocalEndPoints[0]);

    /// <summary>Its socket, whose counters count everything.</summary>
    public UdpPort Port => _port;

    /// <summary>Starts a node.</summary>
    /// <param name="entry">The only way in; null for the first of all.</param>
    /// <param name="options">Anything else.</param>
    /// <param name="time">Its clock, where it is not this machine's.</param>
    public static LocalNode Start(Endpoint? entry, OverlayOptions? options = null, TimeProvider? time = null)
    {
        var node = new LocalNode(UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System));
        options = (options ?? new OverlayOptions()) with { LocalNetwork = false, Mainline = false, Log = Console.Error };
        node._overlay = OverlayHost.Start(
            node._port, entry is { } at ? options with { EntryPoints = [at.ToString()] } : options, node, SystemRandom.Instance, time ?? TimeProvider.System);
        node._port.Start();
        return node;
    }

    /// <summary>Waits until the node sees something.</summary>
    public Task UntilAsync(Func<OverlayView, bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _waiting.Add((condition, done));
        Changed();
        return done.Task;
    }

    /// <summary>Waits for a knock that opens here.</summary>
    public ValueTask<(FindSecret Secret, Contactable Content)> NextKnockAsync(CancellationToken cancellationToken) => _knocks.Reader.ReadAsync(cancellationToken);

    /// <summary>Leaves as a machine does whose power fails: nobody is told.</summary>
    public async Task VanishAsync()
    {
        await _port.DisposeAsync();
        await _overlay.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _overlay.DisposeAsync();
        await _port.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Changed()
    {
        if (_overlay is null)
            return;
        var view = _overlay.View;
        lock (_gate)
        {
            foreach (var waiting in _waiting.FindAll(waiting => waiting.Condition(view)))
            {
                waiting.Done.TrySetResult();
                _waiting.Remove(waiting);
            }
        }
    }

    /// <inheritdoc/>
    public void Found(FindSecret secret, Finding finding)
    {
    }

    /// <inheritdoc/>
    public void Knocked(FindSecret secret, Contactable content, long madeAt) => _knocks.Writer.TryWrite((secret, content));
}
