using Kith.Crypto;
using Kith.Delivery;
using Kith.Delivery.Privacy;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Drops;
using Kith.Messaging.Finding;
using Kith.Messaging.Onion;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>
/// One person's messaging: what people can do (<see cref="IMessenger"/>) and what arrives (<see cref="IPeerProtocol"/>). Single-threaded and synchronous; owned by
/// the node loop. This class only hands calls to the parts that do the work.
/// </summary>
public sealed class Messenger : IMessenger, IPeerProtocol
{
    private readonly Surroundings _around;
    private readonly AccountBook _account;
    private MessengerParts? _parts;

    private Messenger(Surroundings around, AccountBook account)
    {
        _around = around;
        _account = account;
    }

    /// <inheritdoc/>
    public AccountId Account => _account.Id;

    /// <summary>This device's secret keys: the node's sessions need the transport key.</summary>
    public AccountKeys Keys => _account.Keys;

    /// <inheritdoc/>
    public Settings Settings => Parts.Settings.Current;

    /// <inheritdoc/>
    public long? NextDeadline => Earliest(
        Parts.Disappearing.NextDeadline, Parts.Restarts.NextDeadline, Parts.Resealing.NextDeadline, Parts.Typing.NextDeadline, Parts.Invites.NextDeadline,
        Parts.PreKeys.NextRotation, Parts.Boxes.NextDeadline, Parts.BundleCalls.NextDeadline, Parts.Receipts.NextDeadline);

    private MessengerParts Parts => _parts ??= new MessengerParts(_around, _account);

    /// <summary>Whether these stores hold an account already.</summary>
    public static bool HasAccount(MessengerStores stores) => stores.Records.Get(RecordKind.Account, []) is not null;

    /// <summary>
    /// Opens a person's messaging, in the loop's first transaction: a new account is drawn in an empty vault, with <paramref name="name"/> or a stand-in. Asks for
    /// bundles where sessions are missing: after a backup was restored, all of them.
    /// </summary>
    /// <exception cref="MessengerException">The name cannot be one.</exception>
    /// <exception cref="InvalidDataException">The account's record is damaged.</exception>
    public static Messenger Open(MessengerStores stores, IEffects effects, TimeProvider clock, IRandom random, string? name = null)
    {
        var around = new Surroundings(stores, effects, clock, random);
        var isNew = !HasAccount(stores);
        var messenger = new Messenger(around, AccountBook.Open(around));
        if (isNew && name is not null)
            messenger.Parts.Settings.Change(messenger.Settings with { Name = name });
        messenger.Parts.PreKeys.Maintain();
        messenger.Parts.Restarts.Resume();
        messenger.EndBatch();
        return messenger;
    }

    /// <inheritdoc/>
    public void ChangeSettings(Settings settings)
    {
        var privacy = Parts.Settings.Privacy;
        var renamed = Parts.Settings.Change(settings);
        // First what holds from now on, then what follows from it.
        _around.Effects.Publish(new MessengerEvent.SettingsChanged(Settings));
        if (Parts.Settings.Privacy != privacy)
            Parts.Privacy.SettingChanged();
        else if (renamed)
            Parts.Profiles.TellAll();
    }

    /// <inheritdoc/>
    public LinkView CreateLink(int uses, TimeSpan? lifetime, int? price = null) => Parts.Adding.CreateLink(uses, lifetime, price);

    /// <inheritdoc/>
    public IReadOnlyList<LinkView> Links() => Parts.Adding.Links();

    /// <inheritdoc/>
    public void RevokeLink(string id) => Parts.Invites.Revoke(id);

    /// <inheritdoc/>
    public ContactView AddContact(string link, string? name, PrivacyLevel? privacy = null) => Parts.Views.Of(Parts.Adding.Add(link, name, privacy));

    /// <inheritdoc/>
    public IReadOnlyList<ContactView> Contacts() => Parts.Views.All();

    /// <inheritdoc/>
    public ContactView ResolveContact(string contact) => Parts.Views.Of(Parts.Contacts.Resolve(contact));

    /// <inheritdoc/>
    public void AcceptRequest(AccountId contact) => Parts.Adding.Accept(contact);

    /// <inheritdoc/>
    public void RefuseRequest(AccountId contact) => Parts.Adding.Refuse(contact);

    /// <inheritdoc/>
    public void SetBlocked(AccountId contact, bool blocked) => Parts.Commands.SetBlocked(contact, blocked);

    /// <inheritdoc/>
    public void Rename(AccountId contact, string name) => Parts.Commands.Rename(contact, name);

    /// <inheritdoc/>
    public void SetMuted(AccountId contact, bool muted) => Parts.Commands.SetMuted(contact, muted);

    /// <inheritdoc/>
    public void SetPrivacy(AccountId contact, PrivacyLevel? exception) => Parts.Privacy.Set(contact, exception);

    /// <inheritdoc/>
    public void IssueFindSecrets(IReadOnlyList<AccountId> chosen) => Parts.Finding.Issue(chosen);

    /// <inheritdoc/>
    public void DeleteContact(AccountId contact)
    {
        Parts.Removal.Remove(Parts.Contacts.Get(contact));
        Parts.Links.Hide();
    }

    /// <inheritdoc/>
    public SafetyNumberView SafetyNumber(AccountId contact) => Parts.Commands.SafetyNumber(contact);

    /// <inheritdoc/>
    public void SetVerified(AccountId contact, bool verified) => Parts.Commands.SetVerified(contact, verified);

    /// <inheritdoc/>
    public MessageView SendText(AccountId contact, string text, MessageId? replyTo, RouteKind route) => Parts.Writer.SendText(contact, text, replyTo, route);

    /// <inheritdoc/>
    public MessageView EditText(AccountId contact, MessageId id, string text) => Parts.Changes.Edit(contact, id, text);

    /// <inheritdoc/>
    public void DeleteMessage(AccountId contact, MessageId id, bool forEveryone) => Parts.Changes.Delete(contact, id, forEveryone);

    /// <inheritdoc/>
    public MessageView React(AccountId contact, MessageId id, string? emoji) => Parts.Changes.React(contact, id, emoji);

    /// <inheritdoc/>
    public void MarkRead(AccountId contact, MessageId upTo) => Parts.ReadMarks.MarkRead(contact, upTo);

    /// <inheritdoc/>
    public void SetTyping(AccountId contact, bool active) => Parts.Typing.Set(contact, active);

    /// <inheritdoc/>
    public void SetDraft(AccountId contact, string text) => Parts.Commands.SetDraft(contact, text);

    /// <inheritdoc/>
    public void SetDisappearing(AccountId contact, long after) => Parts.Writer.SetDisappearing(contact, after);

    /// <inheritdoc/>
    public HistoryView History(AccountId contact, MessageId? before, MessageId? after, int limit) => Parts.Reader.Page(contact, before, after, limit);

    /// <inheritdoc/>
    public MessageView? Message(MessageId id) => Parts.Reader.Find(id);

    /// <inheritdoc/>
    public IEnumerable<MessageView?> SearchSteps(string query, AccountId? contact) => Parts.Reader.SearchSteps(query, contact);

    /// <inheritdoc/>
    public IReadOnlyList<MessageView> Search(string query, AccountId? contact, int limit) => Parts.Reader.Search(query, contact, limit);

    /// <inheritdoc/>
    public Reception ReceiveEnvelope(PeerOrigin from, ReadOnlyMemory<byte> envelope) => Parts.Inbox.Receive(from, envelope.Span);

    /// <inheritdoc/>
    public byte[]? WriteBundleRequest(AccountId peer, ReadOnlySpan<byte> handshakeHash) => Parts.BundleTaker.WriteRequest(peer, handshakeHash);

    /// <inheritdoc/>
    public byte[]? AnswerBundleRequest(PeerOrigin from, ReadOnlySpan<byte> request) => Parts.BundleGiver.Answer(from, request);

    /// <inheritdoc/>
    public void ReceiveBundle(AccountId peer, PeerOrigin from, ReadOnlySpan<byte> answer) => Parts.BundleTaker.Receive(peer, from, answer);

    /// <inheritdoc/>
    public void Transmitted(AccountId peer, IReadOnlyList<MessageId> ids, RouteKind route)
    {
        if (Parts.Contacts.Find(peer) is { } contact)
            Parts.States.Transmitted(contact, ids, route);
    }

    /// <inheritdoc/>
    public void Stored(AccountId peer, IReadOnlyList<MessageId> ids)
    {
        if (Parts.Contacts.Find(peer) is { } contact)
            Parts.States.Stored(contact, ids);
    }

    /// <inheritdoc/>
    public DropBoxes Boxes() => Parts.Boxes.Boxes();

    /// <inheritdoc/>
    public void BoxRead(ReadOnlyMemory<byte> secret, long at) => Parts.Boxes.BoxRead(secret.Span, at);

    /// <inheritdoc/>
    public byte[]? WriteStandingBundle(string link, long firstPeriod, IReadOnlyList<Ed25519PublicKey> readKeys) => Parts.LinkBundles.Write(link, firstPeriod, readKeys);

    /// <inheritdoc/>
    public void StandingBundleStored(string link) => Parts.LinkBundles.Stored(link);

    /// <inheritdoc/>
    public void ReceiveStandingBundle(AccountId maker, ReadOnlySpan<byte> bundle) => Parts.LinkBundles.Receive(maker, bundle);

    /// <inheritdoc/>
    public AccountId? PeerOf(ReadOnlySpan<byte> transportKey) =>
        Parts.Contacts.FindByTransportKey(transportKey) is { } contact && contact.Stage != ContactStage.Blocked ? contact.Id : null;

    /// <inheritdoc/>
    public IReadOnlyList<(AccountId Peer, PeerEndpoint Endpoint)> Peers() =>
        [.. Parts.Contacts.All.Where(contact => contact.IsDialled).Select(contact => (contact.Id, contact.Endpoint))];

    /// <inheritdoc/>
    public void SetOwnAddresses(IReadOnlyList<string> addresses)
    {
        Parts.Onion.Begin();
        if (Parts.Settings.SetAddresses(addresses))
            Parts.Profiles.TellAll();
        foreach (var contact in Parts.Onion.Untold())
            Parts.Profiles.Tell(contact);
        _around.Effects.OnionChanged();
    }

    /// <inheritdoc/>
    public OnionPlan Onion() => Parts.Onion.Plan();

    /// <inheritdoc/>
    public void SetMeetings(AccountId contact, IReadOnlyList<string> meetings) => Parts.Profiles.SetMeetings(contact, meetings);

    /// <inheritdoc/>
    public IReadOnlyList<FindPublication> FindableBy() => Parts.FindSets.FindableBy();

    /// <inheritdoc/>
    public IReadOnlyList<FindTarget> Wanted() => Parts.FindSets.Wanted();

    /// <inheritdoc/>
    public void AddressesFound(AccountId peer, IReadOnlyList<string> addresses, long madeAt) => Parts.Profiles.AddressesFound(peer, addresses, madeAt);

    /// <inheritdoc/>
    public void Tick()
    {
        Parts.Disappearing.Tick();
        Parts.Typing.Tick();
        Parts.Restarts.Tick();
        Parts.Resealing.Tick();
        Parts.Invites.Tick();
        if (Parts.PreKeys.NextRotation <= _around.Now)
        {
            Parts.PreKeys.Maintain();
            Parts.Removal.RemoveStale();
            Parts.Boxes.Tidy();
        }

        Parts.Boxes.Tick();
        Parts.BundleCalls.Tick();
        Parts.Receipts.Tick();
    }

    /// <inheritdoc/>
    public void EndBatch()
    {
        if (_parts is not { } parts)
            return;
        parts.Receipts.Flush();
        foreach (var contact in parts.Contacts.TakeChanged())
        {
            if (parts.Contacts.Find(contact.Id) != contact)
                continue;
            parts.Sessions.Save(contact);
            parts.Conversations.Save(contact);
            parts.Announcer.Tell(contact);
            parts.FindSets.Notice(contact);
            parts.Boxes.Notice(contact);
            parts.Onion.Notice(contact);
            parts.BundleCalls.Notice(contact);
            parts.Contacts.Save(contact);
        }
    }

    /// <inheritdoc/>
    public void Reload() => _parts = null;

    private static long? Earliest(params ReadOnlySpan<long?> deadlines)
    {
        long? earliest = null;
        foreach (var deadline in deadlines)
        {
            if (deadline is { } at && (earliest is null || at < earliest))
                earliest = at;
        }

        return earliest;
    }
}
