using Google.Protobuf;
using Kith.Delivery.Privacy;
using Kith.Messaging.Contacts;

namespace Kith.Messaging.Accounts;

/// <summary>The user's settings, and the addresses that contacts were told last.</summary>
internal sealed class SettingsBook
{
    private const int MaxLanguage = 35;

    private static readonly string[] Privacies = ["open", "veiled", "onion"];
    private static readonly string[] Relays = ["off", "use", "serve", "both"];
    private static readonly string[] Themes = ["system", "light", "dark"];

    private readonly Surroundings _around;
    private readonly SettingsRecord _record;

    public SettingsBook(Surroundings around)
    {
        _around = around;
        _record = around.Records.Get(RecordKind.Settings, []) is { } stored
            ? SettingsRecord.Parser.ParseFrom(stored)
            : new SettingsRecord
            {
                Name = "Me",
                ReadReceipts = true,
                Typing = true,
                Privacy = "open",
                Relay = "off",
                Notifications = true,
                Theme = "system",
                Language = "en",
            };
    }

    public Settings Current => new(
        _record.Name, _record.ReadReceipts, _record.Typing, _record.Privacy, _record.Relay, _record.Notifications, _record.Theme, _record.Language)
    {
        RelayAsked = _record.RelayAsked,
        Forwarding = !_record.ForwardsNot,
        Paths = Paths,
    };

    /// <summary>How many forwarders are on a path of ours.</summary>
    public int Forwarders => _record.HasPathForwarders ? (int)_record.PathForwarders : PathSettings.Standard.Forwarders;

    private PathSettings Paths => new(
        Forwarders,
        _record.HasHopDelay ? (int)_record.HopDelay : PathSettings.Standard.HopDelay,
        _record.HasCoverLoops ? (int)_record.CoverLoops : PathSettings.Standard.Loops,
        _record.HasCoverDummies ? (int)_record.CoverDummies : PathSettings.Standard.Dummies);

    public bool ReadReceipts => _record.ReadReceipts;

    public bool Typing => _record.Typing;

    /// <summary>The privacy setting.</summary>
    public PrivacyLevel Privacy => LevelOf(_record.Privacy) ?? PrivacyLevel.Open;

    /// <summary>Where we are reached, as somebody may know it at a level.</summary>
    public IEnumerable<string> AddressesFor(PrivacyLevel level) => Addresses.Where(address => PrivacyRules.AllowsAddress(level, address));

    /// <summary>The level of a word as it is kept; null for none.</summary>
    public static PrivacyLevel? LevelOf(string word) => Array.IndexOf(Privacies, word) is var index and >= 0 ? (PrivacyLevel)index : null;

    /// <summary>How a level is kept.</summary>
    public static string WordOf(PrivacyLevel? level) => level is { } known ? Privacies[(int)known] : string.Empty;

    /// <summary>Where we listen, text form.</summary>
    public IReadOnlyList<string> Addresses => _record.Addresses;

    /// <summary>Links made until then are published no more, unix milliseconds: somebody we do not want may hold them.</summary>
    public long LinksHiddenUntil => _record.LinksHiddenUntil;

    public void HideLinks(long until)
    {
        _record.LinksHiddenUntil = Math.Max(_record.LinksHiddenUntil, until);
        Save();
    }

    /// <summary>Since when our onion services let in by keys, unix milliseconds; 0 for not yet.</summary>
    public long OnionKeysSince => _record.OnionKeysSince;

    /// <summary>Until when the onion service of before is open to who knows it, unix milliseconds; 0 where there was none.</summary>
    public long OnionFormerUntil => _record.OnionFormerUntil;

    public void BeginOnionKeys(long since, long formerUntil)
    {
        (_record.OnionKeysSince, _record.OnionFormerUntil) = (since, formerUntil);
        Save();
    }

    /// <summary>Replaces the settings; true when the name changed.</summary>
    /// <exception cref="MessengerException">A value that cannot be.</exception>
    public bool Change(Settings settings)
    {
        if (!ContactName.TryNormalize(settings.Name, out var name))
            throw new MessengerException(MessengerError.Invalid, $"A name has 1 to {ContactName.MaxCodePoints} visible characters on one line.");
        if (!Privacies.Contains(settings.Privacy))
            throw new MessengerException(MessengerError.Invalid, "Privacy is 'open', 'veiled' or 'onion'.");
        if (!Relays.Contains(settings.Relay))
            throw new MessengerException(MessengerError.Invalid, "Relays are 'off', 'use', 'serve' or 'both'.");
        if (!Themes.Contains(settings.Theme))
            throw new MessengerException(MessengerError.Invalid, "The theme is 'system', 'light' or 'dark'.");
        if (settings.Language.Length is 0 or > MaxLanguage || !settings.Language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new MessengerException(MessengerError.Invalid, "The language is a tag such as 'en'.");
        if (settings.Paths.Fault is { } fault)
            throw new MessengerException(MessengerError.Invalid, fault);
        var renamed = name != _record.Name;
        _record.Name = name;
        _record.ReadReceipts = settings.ReadReceipts;
        _record.Typing = settings.Typing;
        _record.Privacy = settings.Privacy;
        _record.Relay = settings.Relay;
        _record.RelayAsked = settings.RelayAsked;
        _record.ForwardsNot = !settings.Forwarding;
        if (settings.Paths != Paths) // whoever chose nothing follows what is usual
            (_record.PathForwarders, _record.HopDelay, _record.CoverLoops, _record.CoverDummies) = ((uint)settings.Paths.Forwarders, (uint)settings.Paths.HopDelay, (uint)settings.Paths.Loops, (uint)settings.Paths.Dummies);
        _record.Notifications = settings.Notifications;
        _record.Theme = settings.Theme;
        _record.Language = settings.Language;
        Save();
        return renamed;
    }

    /// <summary>Notes our addresses; false when they are as before.</summary>
    public bool SetAddresses(IReadOnlyList<string> addresses)
    {
        if (_record.Addresses.SequenceEqual(addresses, StringComparer.Ordinal))
            return false;
        _record.Addresses.Clear();
        _record.Addresses.AddRange(addresses);
        Save();
        return true;
    }

    private void Save() => _around.Records.Put(RecordKind.Settings, [], _record.ToByteArray());
}
