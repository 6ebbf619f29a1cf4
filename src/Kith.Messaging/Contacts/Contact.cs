using Google.Protobuf;
using Kith.Crypto;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Conversations;
using Kith.Messaging.Drops;
using Kith.Messaging.Envelopes;
using Kith.Messaging.Finding;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Contacts;

/// <summary>
/// Somebody, with all that is needed to talk with them, in memory. What changes here is written by <see cref="ContactBook.Save"/> once per batch: the parts
/// change the record and mark it.
/// </summary>
internal sealed class Contact(AccountId id, ContactRecord record, SettingsBook settings)
{
    private PairRing? _ring;
    private bool _ringRead;

    public AccountId Id { get; } = id;

    public ContactRecord Record { get; } = record;

    public ContactStage Stage
    {
        get => (ContactStage)Record.Stage;
        set => Record.Stage = (int)value;
    }

    /// <summary>Whether people see it.</summary>
    public bool IsVisible => Stage <= ContactStage.Blocked;

    /// <summary>Whether we want a session with them.</summary>
    public bool IsWanted => Stage is ContactStage.Connecting or ContactStage.Connected or ContactStage.Dismissed;

    /// <summary>Whether we go to them: not when they are to find us no more, unless the user has written to them.</summary>
    public bool IsDialled => IsWanted && Record.Find is not { LeftOut: true, Reaching: false };

    /// <summary>Whether messages may be written to them.</summary>
    public bool IsWritable => Stage is ContactStage.Connecting or ContactStage.Connected;

    /// <summary>The session, when it was read or made; see <see cref="Sessions.SessionBook"/>.</summary>
    public SessionRecord? Session { get; set; }

    public bool SessionRead { get; set; }

    public bool SessionChanged { get; set; }

    /// <summary>The conversation, when it was read; see <see cref="ConversationBook"/>.</summary>
    public Conversation? Conversation { get; set; }

    /// <summary>Keys of the newest pair secret and of the one before, derived at first use.</summary>
    public PairKeys? NewestKeys { get; set; }

    public PairKeys? OlderKeys { get; set; }

    /// <summary>What finding each other depends on, as it was when it was last told.</summary>
    public FindingState? ToldFinding { get; set; }

    /// <summary>The boxes of the pair, derived at first use.</summary>
    public PairBoxes? PairBoxes { get; set; }

    /// <summary>What the boxes depend on, as it was when it was last told.</summary>
    public BoxState? ToldBoxes { get; set; }

    /// <summary>At which onion service they are let in, as it was when it was last told.</summary>
    public (int Service, bool IsFormer)? ToldOnion { get; set; }

    /// <summary>The public half of the key by which they are let in, derived at first use.</summary>
    public X25519PublicKey? OnionKey { get; set; }

    public bool Changed { get; set; }

    /// <summary>To be told to the page when the batch ends.</summary>
    public bool Touched { get; set; }

    /// <summary>The identity that its device list names, once we have one.</summary>
    public X25519PublicKey? Identity => X25519PublicKey.TryParse(Record.IdentityKey.Span, out var key) ? key : null;

    /// <summary>The devices we know of. What stands in the vault was verified when it came.</summary>
    public DeviceList? Devices => DeviceList.TryRead(Record.DeviceList.Span, Id, out var list) ? list : null;

    public PairRing? Ring
    {
        get
        {
            if (_ringRead)
                return _ring;
            var reader = new WireReader(Record.PairRing.Span);
            _ring = PairRing.TryRead(ref reader, out var ring) ? ring : null;
            _ringRead = true;
            return _ring;
        }

        set
        {
            if (ReferenceEquals(_ring, value) && _ringRead)
                return;
            var keysStay = _ring is not null && value is not null && _ring.Newest.IsSame(value.Newest)
                && ReferenceEquals(_ring.Older, value.Older);
            _ring = value;
            _ringRead = true;
            if (!keysStay)
                NewestKeys = OlderKeys = null;
            using var writer = new WireWriter();
            value?.Write(writer);
            Record.PairRing = ByteString.CopyFrom(writer.WrittenSpan);
        }
    }

    /// <summary>What they may learn of where we are.</summary>
    public PrivacyLevel Privacy => PrivacyRules.Towards(settings.Privacy, SettingsBook.LevelOf(Record.Privacy));

    /// <summary>Whether a message to them may go by a route.</summary>
    public bool Allows(RouteKind route) => PrivacyRules.Allows(Privacy, settings.Privacy, route);

    public PeerEndpoint Endpoint => new(Record.TransportKey.Memory, [.. Record.Addresses]) { Privacy = Privacy, Meetings = [.. Record.Meetings] };
}
