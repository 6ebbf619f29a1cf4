using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>Every node that was named as a holder.</summary>
internal sealed class HolderBook(IDirectoryWorld world)
{
    private readonly Dictionary<Endpoint, KnownHolder> _holders = [];
    private readonly Dictionary<AddressPrefix, int> _perPrefix = [];

    /// <summary>All of them.</summary>
    public IEnumerable<KnownHolder> All => _holders.Values;

    /// <summary>Those known to answer.</summary>
    public int Serving(long now) => _holders.Values.Count(holder => holder.Serves(now));

    public KnownHolder? Find(Endpoint endpoint) => _holders.GetValueOrDefault(endpoint);

    /// <summary>Takes a node in that was named; null when it cannot be one, or there are too many where it is.</summary>
    public KnownHolder? Name(long now, Endpoint endpoint)
    {
        if (_holders.TryGetValue(endpoint, out var known))
        {
            known.NamedAt = now;
            return known;
        }

        if (!world.Networks.MayContact(endpoint))
            return null;
        var holder = new KnownHolder(endpoint) { NamedAt = now };
        var isNear = world.Networks.AreLifted(endpoint);
        if (!isNear && _perPrefix.GetValueOrDefault(holder.Prefix) >= DirectoryLimits.MaxPerPrefix && !TryReplace(now, holder.Prefix))
            return null;
        if (_holders.Count >= DirectoryLimits.MaxHolders)
            Remove(_holders.Values.MinBy(static one => one.NamedAt)!);
        _holders.Add(endpoint, holder);
        _perPrefix[holder.Prefix] = _perPrefix.GetValueOrDefault(holder.Prefix) + 1;
        return holder;
    }

    // One of the same prefix that does not serve makes room.
    private bool TryReplace(long now, AddressPrefix prefix)
    {
        var useless = _holders.Values.Where(holder => holder.Prefix == prefix && holder.PassedOverUntil > now).MinBy(static one => one.NamedAt);
        if (useless is null)
            return false;
        Remove(useless);
        return true;
    }

    private void Remove(KnownHolder holder)
    {
        _holders.Remove(holder.Endpoint);
        if (--_perPrefix[holder.Prefix] == 0)
            _perPrefix.Remove(holder.Prefix);
    }
}
