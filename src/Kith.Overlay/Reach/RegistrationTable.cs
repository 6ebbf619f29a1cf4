using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>Who is registered here, by handle. Bounded in all and by prefix; who is there keeps its place against who comes, and is forgotten when it does not renew.</summary>
internal sealed class RegistrationTable
{
    private readonly Dictionary<NodeHandle, Registration> _byHandle = [];
    private readonly Dictionary<AddressPrefix, int> _perPrefix = [];

    /// <summary>How many there are.</summary>
    public int Count => _byHandle.Count;

    /// <summary>When the next may be over; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Who is registered under a handle.</summary>
    public Registration? Find(long now, NodeHandle handle) =>
        _byHandle.TryGetValue(handle, out var registration) && now < registration.Until ? registration : null;

    /// <summary>Takes or renews a registration at an address that was proved.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="handle">Of the secret that was shown.</param>
    /// <param name="at">Where.</param>
    /// <param name="isNear">Whether the rules about prefixes are lifted for it.</param>
    /// <param name="takesCircuits">Whether it agrees to circuits.</param>
    public ReachRefusal Keep(long now, NodeHandle handle, Endpoint at, bool isNear, bool takesCircuits)
    {
        Expire(now);
        if (!_byHandle.TryGetValue(handle, out var registration))
        {
            if (_byHandle.Count >= ReachLimits.MaxRegistered)
                return ReachRefusal.Full;
            if (!isNear && CountOf(at) >= ReachLimits.MaxRegisteredPerPrefix)
                return ReachRefusal.Prefix;
            registration = new Registration(handle, at);
            _byHandle.Add(handle, registration);
            Add(at, 1);
        }
        else if (registration.At != at)
        {
            // It has moved: the secret says that it is the same, the token that it is there.
            if (!isNear && AddressPrefix.Of(at) != AddressPrefix.Of(registration.At) && CountOf(at) >= ReachLimits.MaxRegisteredPerPrefix)
                return ReachRefusal.Prefix;
            Add(registration.At, -1);
            Add(at, 1);
            registration.At = at;
        }

        registration.TakesCircuits = takesCircuits;
        registration.Until = now + ReachLimits.Lifetime;
        NextDeadline = Math.Min(NextDeadline, registration.Until);
        return ReachRefusal.None;
    }

    /// <summary>Forgets one.</summary>
    public void Remove(NodeHandle handle)
    {
        if (_byHandle.Remove(handle, out var registration))
            Add(registration.At, -1);
    }

    /// <summary>Forgets those that are over.</summary>
    public void Expire(long now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = long.MaxValue;
        foreach (var (handle, registration) in _byHandle)
        {
            // Removing while going through is allowed.
            if (now >= registration.Until)
                Remove(handle);
            else
                NextDeadline = Math.Min(NextDeadline, registration.Until);
        }
    }

    private int CountOf(Endpoint at) => _perPrefix.GetValueOrDefault(AddressPrefix.Of(at));

    private void Add(Endpoint at, int change)
    {
        var prefix = AddressPrefix.Of(at);
        var count = _perPrefix.GetValueOrDefault(prefix) + change;
        if (count > 0)
            _perPrefix[prefix] = count;
        else
            _perPrefix.Remove(prefix);
    }
}
