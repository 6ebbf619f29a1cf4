using Kith.Transport;
using Kith.Wire;

namespace Kith.Delivery.Routes;

/// <summary>What the direct route has for the node loop.</summary>
public abstract record PeerInput
{
    /// <summary>A wanted peer can be reached, or over another session than before: send again what it has not acknowledged.</summary>
    /// <param name="Peer">The peer.</param>
    /// <param name="Session">The session to send on.</param>
    /// <param name="Routes">Which routes its sessions are.</param>
    /// <param name="Path">Which kind of way that session goes.</param>
    public sealed record PeerUp(AccountId Peer, PeerSession Session, RouteSet Routes, PathKind Path) : PeerInput;

    /// <summary>The sessions with a peer go another way than before: nothing on its way is lost by that.</summary>
    public sealed record PeerMoved(AccountId Peer, RouteSet Routes, PathKind Path) : PeerInput;

    /// <summary>A wanted peer cannot be reached any more.</summary>
    public sealed record PeerDown(AccountId Peer) : PeerInput;

    /// <summary>There is room again for a peer of whom not all was taken.</summary>
    public sealed record PeerReady(AccountId Peer) : PeerInput;

    /// <summary>Sealed envelopes, in the order in which they came.</summary>
    public sealed record EnvelopesReceived(PeerSession Session, IReadOnlyList<ReadOnlyMemory<byte>> Envelopes) : PeerInput;

    /// <summary>Somebody asks for a prekey bundle: answer with <see cref="PeerSession.TrySendBundle"/>.</summary>
    public sealed record BundleRequested(PeerSession Session, ReadOnlyMemory<byte> Body) : PeerInput;

    /// <summary>The answer to a bundle request.</summary>
    public sealed record BundleReceived(PeerSession Session, ReadOnlyMemory<byte> Body) : PeerInput;
}

/// <summary>Where input goes: the node loop's bounded channel. Called from the sessions' loops, by several threads at once.</summary>
public interface IPeerInputSink
{
    /// <summary>Takes an input at once; false when there is no room.</summary>
    bool TryPost(PeerInput input);

    /// <summary>Takes an input as soon as there is room. Meanwhile the session reads nothing, and flow control stops its sender.</summary>
    ValueTask PostAsync(PeerInput input, CancellationToken cancellationToken);
}
