using Kith.Forwarding.Directory;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Meeting;

namespace Kith.Forwarding.Sending;

/// <summary>Makes packets and reply blocks over forwarders that are drawn for each of them.</summary>
public interface IPacketMaker
{
    /// <summary>Makes a packet that ends at a handle.</summary>
    /// <param name="now">The time.</param>
    /// <param name="path">The forwarders before the meeting point.</param>
    /// <param name="point">Where it ends; its descriptor has a key for now (<see cref="Newest"/>).</param>
    /// <param name="body">At most <see cref="Sphinx.SphinxFormat.BodySize"/> bytes.</param>
    OutgoingPacket ToHandle(long now, IReadOnlyList<KnownForwarder> path, MeetingAddress point, ReadOnlySpan<byte> body);

    /// <summary>Makes a packet that ends at a forwarder, for its service.</summary>
    OutgoingPacket ToService(long now, IReadOnlyList<KnownForwarder> path, ForwarderDescriptor end, ReadOnlySpan<byte> body);

    /// <summary>Makes a reply block that comes back to us; null while nobody is known to bring it, or no answer can reach us.</summary>
    /// <param name="now">The time.</param>
    /// <param name="without">Who must not be on its path; at its end, which one of few has to be, only if all of them must not.</param>
    MadeReplyBlock? MakeReplyBlock(long now, PathExclusions without);

    /// <summary>Draws forwarders that can stand before the end of a path; null when too few are known.</summary>
    /// <param name="now">The time.</param>
    /// <param name="count">How many.</param>
    /// <param name="without">Who must not be on it.</param>
    IReadOnlyList<KnownForwarder>? Draw(long now, int count, PathExclusions without);

    /// <summary>The descriptor to use for a node now: the newest known that has a key for this epoch; null when there is none.</summary>
    ForwarderDescriptor? Newest(long now, ForwarderDescriptor known);
}
