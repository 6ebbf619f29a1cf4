using System.Collections.Concurrent;
using Kith.Delivery.Privacy;
using Kith.Messaging;
using Kith.Node.Api;
using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>What each contact may learn of where we are, as the settings hold it. Written by the loop, read from any thread.</summary>
internal sealed class PrivacyBoard
{
    private readonly ConcurrentDictionary<AccountId, PrivacyLevel> _towards = new();
    private volatile PrivacyLevel _own;
    private volatile int _closed; // contacts above who are not open

    /// <summary>The setting itself: it holds for strangers.</summary>
    public PrivacyLevel Own => _own;

    /// <summary>Whether all of this run goes through Tor. Set when it begins, before the loop does.</summary>
    public bool IsThroughTor { get; set; }

    /// <summary>
    /// The setting by which routes are allowed. Under onion forwarders and holders are gone to, since that is over Tor; by a run that was begun
    /// under another setting it is not, and until that has ended contacts are spoken with over their onion services alone.
    /// </summary>
    public PrivacyLevel OwnForRoutes => _own == PrivacyLevel.Onion && !IsThroughTor ? PrivacyLevel.Open : _own;

    /// <summary>Whether what concerns boxes must not go to holders straight.</summary>
    public bool HidesFromHolders => _own != PrivacyLevel.Open || HasExceptions;

    /// <summary>Whether everybody may know where we are: nearly everybody's case, asked for each message.</summary>
    public bool IsOpenToAll => _own == PrivacyLevel.Open && _closed == 0;

    /// <summary>Whether anybody is not to learn what others may.</summary>
    public bool HasExceptions => _closed > 0;

    /// <summary>What a contact may learn.</summary>
    public PrivacyLevel Towards(AccountId contact) =>
        IsOpenToAll ? PrivacyLevel.Open
        : _own != PrivacyLevel.Onion && _towards.TryGetValue(contact, out var level) ? level
        : _own;

    /// <summary>Whether a session of a carrier may be used with a contact; null for strangers.</summary>
    public bool AllowsSession(AccountId? contact, string carrier) => PrivacyRules.AllowsCarrier(contact is { } known ? Towards(known) : _own, carrier);

    /// <summary>Takes the setting and everybody, at the start.</summary>
    public void Load(Settings settings, IReadOnlyList<ContactView> contacts)
    {
        Take(settings);
        foreach (var contact in contacts)
            Put(contact.Id, contact.Privacy);
    }

    /// <summary>Takes the setting; false when it is as before.</summary>
    public bool Take(Settings settings)
    {
        var before = _own;
        _own = (PrivacyLevel)Shapes.Settings(settings).Privacy;
        return _own != before;
    }

    /// <summary>Takes what holds for a contact; false when it is as before.</summary>
    public bool Put(AccountId contact, PrivacyLevel level)
    {
        var before = Towards(contact);
        if (_towards.TryGetValue(contact, out var known) && known == level)
            return false;
        _towards[contact] = level;
        Count(known, level);
        return Towards(contact) != before;
    }

    /// <summary>Somebody is no contact any more.</summary>
    public void Remove(AccountId contact)
    {
        if (_towards.TryRemove(contact, out var known))
            Count(known, PrivacyLevel.Open);
    }

    private void Count(PrivacyLevel before, PrivacyLevel after) =>
        _closed += (after == PrivacyLevel.Open ? 0 : 1) - (before == PrivacyLevel.Open ? 0 : 1);
}
