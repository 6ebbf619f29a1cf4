using Kith.Crypto;
using Kith.Forwarding.Directory;

namespace Kith.Forwarding.Paths;

/// <summary>Who must not be on a path.</summary>
public sealed class PathExclusions
{
    private readonly HashSet<X25519PublicKey> _keys = [];
    private readonly HashSet<ulong> _groups = [];

    /// <summary>Adds a node, and all that count as one with it.</summary>
    public PathExclusions Add(X25519PublicKey key, ulong group)
    {
        _keys.Add(key);
        _groups.Add(group);
        return this;
    }

    /// <summary>Adds a path.</summary>
    public PathExclusions Add(IEnumerable<KnownForwarder> path)
    {
        foreach (var one in path)
            Add(one.Descriptor.Key, one.Group);
        return this;
    }

    /// <summary>Adds all that others hold.</summary>
    public PathExclusions Add(PathExclusions others)
    {
        _keys.UnionWith(others._keys);
        _groups.UnionWith(others._groups);
        return this;
    }

    /// <summary>Whether it must not be.</summary>
    public bool Has(KnownForwarder one) => Has(one.Descriptor.Key, one.Group);

    /// <summary>Whether a node must not be.</summary>
    public bool Has(X25519PublicKey key, ulong group) => _keys.Contains(key) || _groups.Contains(group);
}
