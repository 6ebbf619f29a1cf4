using Kith.Delivery.Routes;
using Kith.Node.Loop;

namespace Kith.Node.Network;

/// <summary>Something that a session brought.</summary>
internal sealed class InputItem(PeerTraffic traffic, PeerInput input, int size) : WorkItem
{
    public override int Size => size;

    public override bool MayWait => true;

    public override void Run() => traffic.Take(input);
}

/// <summary>Puts what sessions bring into the loop's queue.</summary>
internal sealed class InputSink : IPeerInputSink
{
    private NodeLoop? _loop;
    private PeerTraffic? _traffic;

    /// <summary>Says where input goes, before any session can exist.</summary>
    public void Bind(NodeLoop loop, PeerTraffic traffic) => (_loop, _traffic) = (loop, traffic);

    /// <inheritdoc/>
    public bool TryPost(PeerInput input) => _loop!.TryPost(Item(input));

    /// <inheritdoc/>
    public async ValueTask PostAsync(PeerInput input, CancellationToken cancellationToken)
    {
        var item = Item(input);
        if (!_loop!.TryPost(item))
            await _loop.PostAsync(item, cancellationToken);
    }

    private InputItem Item(PeerInput input) => new(_traffic!, input, input is PeerInput.EnvelopesReceived received ? received.Envelopes.Sum(one => one.Length) : 0);
}
