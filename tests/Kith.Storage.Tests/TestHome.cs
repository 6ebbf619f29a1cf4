using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Storage.Tests;

/// <summary>A home of its own for a test, removed at its end; and rows to put into it.</summary>
public sealed class TestHome : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kith-storage-").FullName;

    public string Home => Path.Combine(_folder, "home");

    public string Database => Path.Combine(Home, "vault.db");

    public string Log => Path.Combine(Home, "vault.db-wal");

    public string Key => Path.Combine(Home, "vault.key");

    public ManualTime Time { get; } = new();

    public string Beside(string name) => Path.Combine(_folder, name);

    public VaultOptions Options(string? passphrase = null) => new() { Home = Home, Passphrase = passphrase, Time = Time };

    public Vault Open(string? passphrase = null) => Vault.Open(Options(passphrase));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static AccountId Person(int number) => AccountId.FromBytes(Bytes(AccountId.Size, number));

    public static MessageId Id(int number) => MessageId.FromBytes(Bytes(MessageId.Size, number));

    public static byte[] Body(int size = 100) => SystemRandom.Instance.NextBytes(size);

    public static StoredMessage Message(
        int person, int id, long depth = 1, bool fromMe = false, MessageState state = MessageState.Received, bool unread = false, long? expiresAt = null) =>
        new(Person(person), new MessagePosition(depth, Id(id)), fromMe, state, unread, 1000 + depth, 2000 + depth, expiresAt, Body());

    public static OutboxItem Item(int person, int id, long sequence, int size = 1024, byte[]? envelope = null) =>
        new(Id(id), Person(person), sequence, Body(size), envelope is null ? null : (ReadOnlyMemory<byte>?)envelope, RouteKind.Direct, 1234);

    /// <summary>Runs changes in a transaction of their own.</summary>
    public static void Write(Vault vault, Action<Vault> changes)
    {
        vault.Begin();
        changes(vault);
        vault.Commit();
    }

    public static void AssertSame(StoredMessage expected, StoredMessage? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected with { Body = default }, actual with { Body = default });
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
    }

    private static byte[] Bytes(int size, int number)
    {
        // Big-endian at the end, so that ids compare as their numbers do; never all of one kind of byte before.
        var bytes = new byte[size];
        bytes[0] = 0x5a;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(size - 4), number);
        return bytes;
    }
}

/// <summary>A clock that stands until it is set.</summary>
public sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    public long Milliseconds => _now.ToUnixTimeMilliseconds();

    public void Advance(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;
}
