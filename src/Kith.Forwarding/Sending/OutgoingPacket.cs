using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Sending;

/// <summary>A packet and the forwarder that it goes to first.</summary>
/// <param name="First">The forwarder.</param>
/// <param name="Bytes">The packet.</param>
public readonly record struct OutgoingPacket(ForwarderDescriptor First, ReadOnlyMemory<byte> Bytes);

/// <summary>A reply block that was made, and what its maker remembers.</summary>
/// <param name="Id">What its answer is told by.</param>
/// <param name="Bytes">The block as it travels.</param>
/// <param name="Path">Transport keys of those on its path.</param>
public sealed record MadeReplyBlock(ReplyId Id, ReadOnlyMemory<byte> Bytes, IReadOnlyList<X25519PublicKey> Path);
