using Kith.Delivery;
using Kith.Messaging.Tests.Accounts;
using Kith.Storage;
using Kith.Storage.Export;
using Kith.Wire;

namespace Kith.Messaging.Tests.World;

/// <summary>A person: a messenger on a real vault in a home of its own. Each batch is one transaction, as in the node.</summary>
internal sealed class Person : IDisposable
{
    private static int _homes;

    private readonly CountingRandom _random;
    private Vault _vault;

    public Person(string name, int seed, ManualClock? clock = null)
    {
        Name = name;
        Clock = clock ?? new ManualClock();
        _random = new CountingRandom(seed);
        Home = NewHome();
        _vault = Vault.Open(new VaultOptions { Home = Home, Time = Clock });
        Messenger = Open(name);
        Batch(messenger => messenger.SetOwnAddresses([$"{name.ToLowerInvariant()}.example:7300"]));
    }

    public string Name { get; }

    public string Home { get; private set; }

    public ManualClock Clock { get; }

    public HeldEffects Effects { get; private set; } = new();

    public Messenger Messenger { get; private set; }

    public AccountId Id => Messenger.Account;

    public byte[] TransportKey => Messenger.Keys.Device.Transport.PublicKey.ToArray();

    public IOutboxStore Outbox => _vault.Outbox;

    public MessengerStores Stores => new(_vault.Records, _vault.Messages, _vault.Outbox);

    /// <summary>What was transmitted in this process's life, by id: the same bytes are not sent twice unless asked for.</summary>
    public Dictionary<MessageId, byte[]> Transmitted { get; } = [];

    public void Batch(Action<Messenger> work)
    {
        _vault.Begin();
        try
        {
            work(Messenger);
            Messenger.EndBatch();
            _vault.Commit();
        }
        catch
        {
            _vault.Rollback();
            Effects.Drop();
            Messenger.Reload();
            throw;
        }

        Effects.Release();
    }

    public T Batch<T>(Func<Messenger, T> work)
    {
        T result = default!;
        Batch(messenger => { result = work(messenger); });
        return result;
    }

    /// <summary>A batch whose commit fails: nothing of it may be seen afterwards.</summary>
    public void FailedBatch(Action<Messenger> work)
    {
        _vault.Begin();
        work(Messenger);
        Messenger.EndBatch();
        _vault.Rollback();
        Effects.Drop();
        Messenger.Reload();
    }

    /// <summary>The process ends without notice, in the middle of a batch, and starts again.</summary>
    public void Crash(Action<Messenger>? unfinished = null)
    {
        if (unfinished is not null)
        {
            _vault.Begin();
            unfinished(Messenger);
        }

        _vault.Dispose();
        Start();
    }

    /// <summary>A backup, as the user makes one.</summary>
    public byte[] Export()
    {
        using var file = new MemoryStream();
        VaultExport.Write(_vault, "backup", file);
        return file.ToArray();
    }

    /// <summary>What there was is lost; a new home is made of a backup.</summary>
    public void Restore(byte[] backup)
    {
        _vault.Dispose();
        Directory.Delete(Home, recursive: true);
        Home = NewHome();
        VaultImport.Read(new MemoryStream(backup), "backup", new VaultOptions { Home = Home, Time = Clock });
        Start();
    }

    private void Start()
    {
        _vault = Vault.Open(new VaultOptions { Home = Home, Time = Clock });
        Transmitted.Clear();
        Effects = new HeldEffects();
        Messenger = Open(null);
        foreach (var (peer, endpoint) in Messenger.Peers())
            Effects.Peers[peer] = endpoint;
    }

    /// <summary>All messages with somebody, oldest first.</summary>
    public IReadOnlyList<MessageView> With(Person other) => Messenger.History(other.Id, null, null, 200).Messages;

    public MessageView Last(Person other) => With(other)[^1];

    public ContactView Contact(Person other) => Messenger.ResolveContact(other.Id.ToString());

    public bool Knows(Person other) => Messenger.Contacts().Any(contact => contact.Id == other.Id);

    public MessageView Say(Person other, string text, MessageId? replyTo = null) =>
        Batch(messenger => messenger.SendText(other.Id, text, replyTo, RouteKind.Auto));

    /// <summary>Runs what is a command of the user, and the sentence with which it was refused.</summary>
    public string Refused(MessengerError error, Action<Messenger> work)
    {
        var thrown = Assert.Throws<MessengerException>(() => Batch(work));
        Assert.Equal(error, thrown.Error);
        Assert.EndsWith(".", thrown.Message, StringComparison.Ordinal);
        return thrown.Message;
    }

    public void Dispose()
    {
        _vault.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    // In memory where there is such a folder: these tests are about what is committed, not about the disk.
    private static string NewHome() => Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/kith-messaging-{Environment.ProcessId}-{Interlocked.Increment(ref _homes)}").FullName
        : Directory.CreateTempSubdirectory("kith-messaging-").FullName;

    private Messenger Open(string? name)
    {
        _vault.Begin();
        var messenger = Messaging.Messenger.Open(Stores, Effects, Clock, _random, name);
        _vault.Commit();
        Effects.Release();
        return messenger;
    }
}
