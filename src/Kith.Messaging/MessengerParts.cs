using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Conversations;
using Kith.Messaging.Drops;
using Kith.Messaging.Finding;
using Kith.Messaging.Incoming;
using Kith.Messaging.Onion;
using Kith.Messaging.Outgoing;
using Kith.Messaging.Sessions;

namespace Kith.Messaging;

/// <summary>The parts of a messenger, put together. All that they hold in memory can be read from the stores again: a failed commit throws them away.</summary>
internal sealed class MessengerParts
{
    public MessengerParts(Surroundings around, AccountBook account)
    {
        Settings = new SettingsBook(around);
        Contacts = new ContactBook(around, Settings);
        Conversations = new ConversationBook(around, Contacts);
        var history = new History(around);
        var messageViews = new MessageViews(history);
        Views = new ContactViews(around, Contacts, Conversations, messageViews);
        Announcer = new Announcer(around, Contacts, Conversations, messageViews, Views);
        Invites = new InviteDesk(around);
        PreKeys = new PreKeyBook(around, account);
        Sessions = new SessionBook(around, account, Contacts, PreKeys);
        var envelopes = new EnvelopeDesk(around, account, Contacts, Sessions);
        Restarts = new SessionRestarts(around, Contacts);
        Outbound = new Outbound(around, Contacts, history, envelopes, Sessions, Restarts);
        Receipts = new ReceiptBatch(around, Outbound);
        Boxes = new BoxBook(around, account, Settings, Contacts, Sessions, Invites);
        Onion = new OnionDesk(around, account, Settings, Contacts, Invites);
        var pending = new PendingChanges(around);
        Removal = new ContactRemoval(around, Contacts, history, pending, Outbound, Restarts, Receipts, Boxes);
        States = new DeliveryStates(around, Settings, history, Outbound, Announcer, new Farewells(Removal), Contacts, Onion);
        Profiles = new Profiles(around, account, Settings, Contacts, Outbound, Onion);
        Links = new LinkHiding(around, Settings, Invites);
        Privacy = new PrivacyDesk(around, Settings, Contacts, Profiles, Announcer);
        Finding = new FindDesk(around, Contacts, Outbound, Profiles, Links);
        FindSets = new FindSets(around, account, Settings, Contacts, Invites);
        var admissions = new Admissions(Contacts, Invites, around);
        var introductions = new Introductions(around, Contacts, Conversations, Profiles, admissions, Outbound, Restarts, Finding, Announcer);
        Adding = new Adding(around, account, Settings, Contacts, Invites, Profiles, introductions, Outbound, Sessions, history, Links, Announcer);
        Commands = new ContactCommands(around, account, Contacts, Conversations, Outbound, Links, Announcer);
        BundleGiver = new BundleGiver(around, account, Contacts, Invites, admissions, introductions, Profiles, PreKeys, Removal);
        BundleTaker = new BundleTaker(around, account, Contacts, Sessions, Restarts, introductions, Profiles, Finding, Outbound);
        LinkBundles = new LinkBundles(around, account, Contacts, Invites, PreKeys, Sessions, Boxes, BundleTaker);
        BundleCalls = new BundleCalls(around, account.Id, Contacts, envelopes, BundleTaker, BundleGiver);
        Boxes.Resume();
        BundleCalls.Resume();
        var order = new CausalOrder(Conversations, history);
        Writer = new Writer(around, Contacts, Conversations, history, order, Outbound, Announcer);
        Changes = new MessageChanges(Contacts, Conversations, history, Outbound, Announcer);
        Reader = new Reader(around, Contacts, history, messageViews);
        ReadMarks = new ReadMarks(around, Contacts, Conversations, history, Settings, Outbound, Announcer);
        Disappearing = new Disappearing(around, Contacts, history, Changes);
        Typing = new TypingSigns(around, Contacts, Settings, Outbound);
        Resealing = new Resealing(around, Contacts, Outbound);
        var receivedChanges = new ReceivedChanges(around, Conversations, history, pending, Announcer);
        var received = new ReceivedMessages(around, Conversations, history, order, receivedChanges, Typing, Announcer);
        var contents = new ContentDesk(received, receivedChanges, States, Typing, introductions, Profiles, Finding, Resealing);
        Inbox = new Inbox(around, Contacts, envelopes, Sessions, Restarts, Receipts, contents, introductions, BundleCalls);
    }

    public SettingsBook Settings { get; }

    public ContactBook Contacts { get; }

    public ConversationBook Conversations { get; }

    public ContactViews Views { get; }

    public Announcer Announcer { get; }

    public InviteDesk Invites { get; }

    public PreKeyBook PreKeys { get; }

    public SessionBook Sessions { get; }

    public SessionRestarts Restarts { get; }

    public Outbound Outbound { get; }

    public ReceiptBatch Receipts { get; }

    public ContactRemoval Removal { get; }

    public DeliveryStates States { get; }

    public Profiles Profiles { get; }

    public LinkHiding Links { get; }

    public OnionDesk Onion { get; }

    public PrivacyDesk Privacy { get; }

    public FindDesk Finding { get; }

    public FindSets FindSets { get; }

    public Adding Adding { get; }

    public ContactCommands Commands { get; }

    public BundleGiver BundleGiver { get; }

    public BundleTaker BundleTaker { get; }

    public Writer Writer { get; }

    public MessageChanges Changes { get; }

    public Reader Reader { get; }

    public ReadMarks ReadMarks { get; }

    public Disappearing Disappearing { get; }

    public TypingSigns Typing { get; }

    public Resealing Resealing { get; }

    public BoxBook Boxes { get; }

    public LinkBundles LinkBundles { get; }

    public BundleCalls BundleCalls { get; }

    public Inbox Inbox { get; }
}
