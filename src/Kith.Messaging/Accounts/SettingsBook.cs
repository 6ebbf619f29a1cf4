using Google.Protobuf;
using Kith.Messaging.Contacts;

namespace Kith.Messaging.Accounts;

/// <summary>The user's settings, and the addresses that contacts were told last.</summary>
internal sealed class SettingsBook
{
    private const int MaxLanguage = 35;

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
    };

    public bool ReadReceipts => _record.ReadReceipts;

    public bool Typing => _record.Typing;

    /// <summary>Where we listen, text form.</summary>
    public IReadOnlyList<string> Addresses => _record.Addresses;

    /// <summary>Links made until then are published no more, unix milliseconds: somebody we do not want may hold them.</summary>
    public long LinksHiddenUntil => _record.LinksHiddenUntil;

    public void HideLinks(long until)
    {
        _record.LinksHiddenUntil = Math.Max(_record.LinksHiddenUntil, until);
        Save();
    }

    /// <summary>Replaces the settings; true when the name changed.</summary>
    /// <exception cref="MessengerException">A value that cannot be.</exception>
    public bool Change(Settings settings)
    {
        if (!ContactName.TryNormalize(settings.Name, out var name))
            throw new MessengerException(MessengerError.Invalid, $"A name has 1 to {ContactName.MaxCodePoints} visible characters on one line.");
        if (settings.Privacy != "open")
            throw new MessengerException(MessengerError.Invalid, "This version has direct routes only: privacy can be 'open', nothing else yet.");
        if (!Relays.Contains(settings.Relay))
            throw new MessengerException(MessengerError.Invalid, "Relays are 'off', 'use', 'serve' or 'both'.");
        if (!Themes.Contains(settings.Theme))
            throw new MessengerException(MessengerError.Invalid, "The theme is 'system', 'light' or 'dark'.");
        if (settings.Language.Length is 0 or > MaxLanguage || !settings.Language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw new MessengerException(MessengerError.Invalid, "The language is a tag such as 'en'.");
        var renamed = name != _record.Name;
        _record.Name = name;
        _record.ReadReceipts = settings.ReadReceipts;
        _record.Typing = settings.Typing;
        _record.Privacy = settings.Privacy;
        _record.Relay = settings.Relay;
        _record.RelayAsked = settings.RelayAsked;
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
