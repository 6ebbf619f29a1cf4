using Kith.Messaging;
using Kith.Storage.Schema;
using Kith.Storage.Sql;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class MigrationTests : IDisposable
{
    private readonly TestHome _home = new();

    public static TheoryData<int> OlderVersions => [.. SchemaMigrator.Steps.Select(step => step.Version)];

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(OlderVersions))]
    public void OlderVersion_IsBroughtToTheNext_WithItsContent(int version)
    {
        using (var vault = Vault.Open(_home.Options(), [.. SchemaMigrator.Steps.Take(version)]))
            Write(vault, v => v.Records.Put(RecordKind.Contact, [1], [2]));
        using (var vault = Vault.Open(_home.Options(), [.. SchemaMigrator.Steps, new NextStep()]))
            Assert.Equal([2], vault.Records.Get(RecordKind.Contact, [1])!);
        using var database = Database.Open(_home.Database);
        Assert.Equal(SchemaMigrator.Steps.Count + 1, database.ReadInt64("PRAGMA user_version"));
        Assert.Equal(7, database.ReadInt64("SELECT value FROM next_step"));
    }

    [Fact]
    public void NewerVersion_IsRefusedAndUnchanged()
    {
        Vault.Open(_home.Options(), [.. SchemaMigrator.Steps, new NextStep()]).Dispose();
        var before = File.ReadAllBytes(_home.Database);
        var error = Assert.Throws<VaultException>(() => _home.Open());
        Assert.Equal(VaultFault.TooNew, error.Fault);
        Assert.Contains($"newer Kith (schema {SchemaMigrator.Steps.Count + 1}, this one knows {SchemaMigrator.Steps.Count})", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_home.Database));
    }

    [Fact]
    public void FailingStep_LeavesTheVersionBefore()
    {
        using (var vault = _home.Open())
            Write(vault, v => v.Records.Put(RecordKind.Contact, [1], [2]));
        Assert.ThrowsAny<Exception>(() => Vault.Open(_home.Options(), [.. SchemaMigrator.Steps, new FailingStep()]));
        using (var vault = _home.Open())
            Assert.Equal([2], vault.Records.Get(RecordKind.Contact, [1])!);
    }

    [Fact]
    public void Steps_AreNumberedWithoutGaps() => Assert.Equal(Enumerable.Range(1, SchemaMigrator.Steps.Count), SchemaMigrator.Steps.Select(s => s.Version));

    private sealed class NextStep : IMigration
    {
        public int Version => SchemaMigrator.Steps.Count + 1;

        public void Apply(Database database) => database.Execute("CREATE TABLE next_step (value); INSERT INTO next_step VALUES (7)");
    }

    private sealed class FailingStep : IMigration
    {
        public int Version => SchemaMigrator.Steps.Count + 1;

        public void Apply(Database database) => database.Execute("DROP TABLE records; SELECT * FROM nowhere");
    }
}
