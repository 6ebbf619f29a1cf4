using Kith.Crypto;

namespace Kith.Mailbox.Hosting;

/// <summary>The session that a request goes over: what some requests and answers are bound to.</summary>
/// <param name="HolderKey">The holder's static key, proved.</param>
/// <param name="HandshakeHash">The session's handshake hash.</param>
public sealed record HolderLink(X25519PublicKey HolderKey, ReadOnlyMemory<byte> HandshakeHash);

/// <summary>A frame from a holder.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Body">Its body, from the request number on; not kept by whoever brings it.</param>
/// <param name="Link">The session that it came by.</param>
public readonly record struct HolderAnswer(ulong Type, ReadOnlyMemory<byte> Body, HolderLink Link);

/// <summary>A request to a holder (docs/protocol/mailbox.md, "Frames"), written once the session is there that it goes over.</summary>
public sealed class HolderRequest
{
    /// <summary>The type of the frame.</summary>
    public required ulong Type { get; init; }

    /// <summary>Writes the body behind the request number, given the session and that number. Called once, on any thread and outside of locks.</summary>
    public required Func<HolderLink, ulong, ReadOnlyMemory<byte>> Write { get; init; }

    /// <summary>Told of the answer; null when none came: not reached, ended, or too late. With <see cref="KeepsOn"/> told of each further frame with this number too, and last of null, when there will be no more.</summary>
    public required Action<long, HolderAnswer?> Answered { get; init; }

    /// <summary>Whether more frames than one answer it: news, until the stream ends.</summary>
    public bool KeepsOn { get; init; }

    /// <summary>How long the first answer may take once the session is there.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
}
