using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>Who called us, and when last: keeps calls from being played to us again, and counts what each may make us do.</summary>
internal sealed class Callers
{
    private readonly Dictionary<X25519PublicKey, Caller> _callers = [];
    private readonly HashSet<X25519PublicKey> _contacts = [];
    private readonly Dictionary<Endpoint, long> _strangerTargets = [];
    private readonly RateBucket _strangers = new(ReachLimits.StrangerBurst, ReachLimits.StrangersPerSecond);

    /// <summary>Whether a key is a contact's.</summary>
    public bool IsContact(X25519PublicKey key) => _contacts.Contains(key);

    /// <summary>Who the contacts are: the whole of it.</summary>
    public void SetContacts(IEnumerable<X25519PublicKey> contacts)
    {
        _contacts.Clear();
        _contacts.UnionWith(contacts.Take(ReachLimits.MaxContacts));
    }

    /// <summary>The last call of a key; null when there was none.</summary>
    public Caller? Find(X25519PublicKey key) => _callers.GetValueOrDefault(key);

    /// <summary>Whether a new call of this key is obeyed; if so it is the last one now.</summary>
    public Caller? TryTake(long now, X25519PublicKey key, CallContent content, IRandom random)
    {
        var isContact = IsContact(key);
        var caller = Find(key);
        var bucket = caller?.Allowance ?? new RateBucket(ReachLimits.ContactBurst, ReachLimits.ContactsPerSecond);
        if (!(isContact ? bucket : _strangers).TryTake(now))
            return null;
        if (caller is null && _callers.Count >= ReachLimits.MaxCallers)
            Forget();
        return _callers[key] = new Caller(content.Time, content.Call, random.NextBytes(CallContent.SecretSize), now, bucket);
    }

    /// <summary>Whether a stranger's address is punched: each once in a while.</summary>
    public bool MayPunchForStranger(long now, Endpoint target)
    {
        foreach (var (old, at) in _strangerTargets)
        {
            // Removing while going through is allowed.
            if (now - at >= ReachLimits.StrangerTargetInterval)
                _strangerTargets.Remove(old);
        }

        return _strangerTargets.Count < ReachLimits.MaxStrangerTargets && _strangerTargets.TryAdd(target.WithPort(0), now);
    }

    private void Forget()
    {
        // A stranger's rather than a contact's, and the oldest.
        var oldest = _callers.OrderBy(caller => IsContact(caller.Key)).ThenBy(caller => caller.Value.At).First();
        _callers.Remove(oldest.Key);
    }
}

/// <summary>The last call of somebody.</summary>
/// <param name="Time">When the caller made it, by its clock.</param>
/// <param name="Call">Which it is.</param>
/// <param name="Secret">Our part of its punch's key.</param>
/// <param name="At">When it came.</param>
/// <param name="Allowance">What a contact may make us do.</param>
internal sealed record Caller(long Time, ulong Call, byte[] Secret, long At, RateBucket Allowance);
