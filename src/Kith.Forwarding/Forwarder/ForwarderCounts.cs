using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Forwarder;

/// <summary>What a forwarder did, in numbers alone: nothing here says of whom or to whom.</summary>
public sealed class ForwarderCounts
{
    private readonly long[] _refused = new long[Enum.GetValues<PacketRefusal>().Length];

    /// <summary>Packets that came.</summary>
    public long Came { get; internal set; }

    /// <summary>Packets sent on.</summary>
    public long Forwarded { get; internal set; }

    /// <summary>Payloads handed to handles.</summary>
    public long Met { get; internal set; }

    /// <summary>Packets that ended here: messages and replies.</summary>
    public long Ended { get; internal set; }

    /// <summary>Packets refused, all reasons together.</summary>
    public long AllRefused => _refused.Sum();

    /// <summary>Packets refused for one reason.</summary>
    public long Refused(PacketRefusal reason) => _refused[(int)reason];

    internal void Refuse(PacketRefusal reason) => _refused[(int)reason]++;
}
