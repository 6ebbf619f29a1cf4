using Kith.Overlay;

namespace Kith.Forwarding.Directory;

/// <summary>A forwarder that we know of, and by whose word.</summary>
/// <param name="descriptor">Its newest descriptor.</param>
/// <param name="group">What it shares with those that count as one with it.</param>
public sealed class KnownForwarder(ForwarderDescriptor descriptor, ulong group)
{
    private readonly List<ulong> _tellers = new(1);

    /// <summary>Its newest descriptor.</summary>
    public ForwarderDescriptor Descriptor { get; private set; } = descriptor;

    /// <summary>What it shares with those that count as one with it: its prefix (<see cref="AddressPrefix"/>); a number of its own on our own network, and where it has an onion address alone.</summary>
    public ulong Group { get; private set; } = group;

    /// <summary>Whether it did not answer us when it was called last, and has not been heard of since.</summary>
    public bool IsSilent { get; internal set; }

    /// <summary>The prefixes of those neighbours that named it; 0 stands for itself, over a session of ours.</summary>
    internal IReadOnlyList<ulong> Tellers => _tellers;

    /// <summary>By whose word it came here first.</summary>
    internal ulong Sponsor => _tellers[0];

    internal void Renew(ForwarderDescriptor descriptor, ulong group) => (Descriptor, Group, IsSilent) = (descriptor, group, false);

    internal void Tell(ulong teller)
    {
        if (!_tellers.Contains(teller) && _tellers.Count < DirectoryLimits.MaxTellers)
            _tellers.Add(teller);
    }
}
