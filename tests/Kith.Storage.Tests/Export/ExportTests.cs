using Kith.Crypto;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Storage.Export;
using Kith.Wire;
using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Export;

public sealed class ExportTests : IDisposable
{
    private const string Passphrase = "a passphrase for exports";
    private readonly TestHome _home = new();
    private readonly TestHome _restored = new();

    public void Dispose()
    {
        _home.Dispose();
        _restored.Dispose();
    }

    [Fact]
    public void Restored_HoldsEverythingButSessionsPreKeysAndEnvelopes()
    {
        var message = Message(1, 1, 5, fromMe: true, state: MessageState.Delivered, expiresAt: 77);
        var unread = Message(2, 2, unread: true);
        var large = Body(200_000);
        var export = Export(v =>
        {
            v.Records.Put(RecordKind.Account, [], [1, 2, 3]);
            v.Records.Put(RecordKind.Contact, Person(1).ToArray(), large);
            v.Records.Put(RecordKind.Session, [1], [1]);
            v.Records.Put(RecordKind.PreKey, [1], [1]);
            v.Records.Put(RecordKind.SignedPreKey, [1], [8]);
            v.Messages.Put(message);
            v.Messages.Put(unread);
            v.Messages.TryMarkReceived(Person(2), Id(2), 123_456_789_000);
            v.Outbox.Put(Item(1, 1, 9, envelope: [1, 2, 3]));
        });
        VaultImport.Read(new MemoryStream(export), Passphrase, _restored.Options("new one"));

        using var vault = _restored.Open("new one");
        Assert.Equal([1, 2, 3], vault.Records.Get(RecordKind.Account, [])!);
        Assert.Equal(large, vault.Records.Get(RecordKind.Contact, Person(1).ToArray())!);
        Assert.Equal([8], vault.Records.Get(RecordKind.SignedPreKey, [1])!);
        Assert.Empty(vault.Records.All(RecordKind.Session));
        Assert.Empty(vault.Records.All(RecordKind.PreKey));
        AssertSame(message, vault.Messages.Find(Id(1)));
        AssertSame(unread, vault.Messages.Find(Id(2)));
        Assert.Equal(1, vault.Messages.CountUnread(Person(2)));
        var item = vault.Outbox.Load(Person(1), 0, 10).Single();
        Assert.Equal((9, 1024, null), (item.Sequence, item.Content.Length, item.Envelope?.Length));
        Write(vault, v =>
        {
            Assert.False(v.Messages.TryMarkReceived(Person(2), Id(2), 123_456_789_001));
            Assert.True(v.Outbox.NextSequence() > 9);
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3000)]
    public void AnyNumberOfMessages_IsRestored(int count)
    {
        var export = Export(v =>
        {
            for (var i = 0; i < count; i++)
                v.Messages.Put(Message(i % 5, i, i));
        });
        VaultImport.Read(new MemoryStream(export), Passphrase, _restored.Options());
        using var vault = _restored.Open();
        Assert.Equal(count, vault.Messages.Scan(null).Count());
    }

    [Fact]
    public void WrongPassphrase_IsSaidAndLeavesNothing()
    {
        var error = Refused(Export(_ => { }), "wrong");
        Assert.Equal((VaultFault.WrongPassphrase, "the passphrase of the export is wrong"), (error.Fault, error.Message));
    }

    [Fact]
    public void CutAnywhere_IsSaidAndLeavesNothing()
    {
        // Sizes around the header and both chunk borders, and some between.
        var export = Export(v => v.Records.Put(RecordKind.Contact, [1], Body(150_000)));
        var first = ExportHeader.Size + ChunkCipher.SealedChunkSize;
        foreach (var size in new[] { 0, 1, ExportHeader.Size - 1, ExportHeader.Size, ExportHeader.Size + 5, first - 1, first, first + 1,
            first + ChunkCipher.SealedChunkSize, export.Length - 17, export.Length - 1 })
            AssertDamaged(Refused(export[..size]));
        AssertDamaged(Refused([.. export, 0]));
    }

    [Fact]
    public void AlteredAnywhere_IsSaidAndLeavesNothing()
    {
        var export = Export(v => v.Records.Put(RecordKind.Contact, [1], Body(150_000)));
        foreach (var at in new[] { 0, 10, 40, ExportHeader.Size - 1, ExportHeader.Size, 1000, export.Length / 2, export.Length - 1 })
        {
            var altered = export.ToArray();
            altered[at] ^= 1;
            AssertDamaged(Refused(altered));
        }
    }

    [Fact]
    public void ChunksSwapped_AreRefused()
    {
        var export = Export(v => v.Records.Put(RecordKind.Contact, [1], Body(150_000)));
        var first = export.AsSpan(ExportHeader.Size, ChunkCipher.SealedChunkSize).ToArray();
        export.AsSpan(ExportHeader.Size + ChunkCipher.SealedChunkSize, ChunkCipher.SealedChunkSize).CopyTo(export.AsSpan(ExportHeader.Size));
        first.CopyTo(export, ExportHeader.Size + ChunkCipher.SealedChunkSize);
        AssertDamaged(Refused(export));
    }

    [Fact]
    public void ItemsThatContradictEachOther_AreRefused()
    {
        AssertDamaged(Refused(Sealed(new ExportItem.Outbox(Item(1, 1, 5)), new ExportItem.Outbox(Item(1, 2, 5)))));
        AssertDamaged(Refused(Sealed(new ExportItem.Message(Message(1, 1)), new ExportItem.Message(Message(2, 1)))));
        AssertDamaged(Refused(Sealed(new ExportItem.Record(RecordKind.Session, [1], [1]))));
    }

    [Fact]
    public void NewerVersion_IsSaid()
    {
        var export = Export(_ => { });
        export[7] = 3;
        Assert.Equal(VaultFault.TooNew, Refused(export).Fault);
    }

    [Fact]
    public void WhatIsBesideTheVault_IsGivenBeforeTheHomeHasItsName()
    {
        var export = Export(v => v.Records.Put(RecordKind.Account, [], [1]), beside: [7, 8, 9]);
        byte[]? taken = null;
        VaultImport.Read(new MemoryStream(export), Passphrase, _restored.Options(), (folder, beside) =>
        {
            Assert.False(Directory.Exists(_restored.Home));
            File.WriteAllBytes(Path.Combine(folder, "beside"), taken = beside!);
        });
        Assert.Equal([7, 8, 9], taken!);
        Assert.Equal(taken!, File.ReadAllBytes(Path.Combine(_restored.Home, "beside")));
    }

    [Fact]
    public void WhatIsBesideTheVault_AndIsNotTaken_EndsTheImportAndLeavesNothing()
    {
        var export = Export(v => v.Records.Put(RecordKind.Account, [], [1]), beside: []);
        var error = Assert.Throws<VaultException>(() => VaultImport.Read(new MemoryStream(export), Passphrase, _restored.Options(), (folder, beside) =>
        {
            Assert.Empty(beside!);
            File.WriteAllBytes(Path.Combine(folder, "half"), [1]);
            throw new VaultException(VaultFault.Damaged, "not this");
        }));
        Assert.Equal("not this", error.Message);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(_restored.Home)!));
    }

    [Fact]
    public void WhatIsBesideTheVault_TwiceOrTooLong_IsRefused()
    {
        AssertDamaged(Refused(Sealed(new ExportItem.Beside([1]), new ExportItem.Beside([1]))));
        AssertDamaged(Refused(Sealed(new ExportItem.Beside(new byte[ExportItem.Beside.MaxValueSize + 1]))));
        Assert.Throws<ArgumentException>(() => Export(static _ => { }, new byte[ExportItem.Beside.MaxValueSize + 1]));
    }

    [Fact]
    public void NothingBesideTheVault_IsSaid()
    {
        var isNothing = false;
        VaultImport.Read(new MemoryStream(Export(static _ => { })), Passphrase, _restored.Options(), (_, beside) => isNothing = beside is null);
        Assert.True(isNothing);
    }

    [Fact]
    public void HomeThatIsNotEmpty_IsRefusedAndUntouched()
    {
        var export = Export(_ => { });
        using (var vault = _restored.Open())
            Write(vault, v => v.Messages.Put(Message(1, 1)));
        var error = Assert.Throws<VaultException>(() => VaultImport.Read(new MemoryStream(export), Passphrase, _restored.Options()));
        Assert.Contains("is not empty", error.Message, StringComparison.Ordinal);
        using (var vault = _restored.Open())
            Assert.NotNull(vault.Messages.Find(Id(1)));
    }

    [Fact]
    public void EmptyFolder_IsTakenAsAHome()
    {
        Directory.CreateDirectory(_restored.Home);
        VaultImport.Read(new MemoryStream(Export(_ => { })), Passphrase, _restored.Options());
        Assert.True(Vault.Exists(_restored.Home));
    }

    [Fact]
    public void Export_HoldsNothingInTheClear()
    {
        var secret = Body(64);
        var export = Export(v => v.Records.Put(RecordKind.Contact, Person(1).ToArray(), secret));
        Assert.True(export.AsSpan().IndexOf(secret) < 0);
        Assert.True(export.AsSpan().IndexOf(Person(1).ToArray()) < 0);
    }

    private static byte[] Sealed(params ExportItem[] items)
    {
        var (header, key) = ExportHeader.Create(Passphrase, SystemRandom.Instance);
        using var file = new MemoryStream();
        file.Write(header.Bytes);
        using var chunks = new ChunkWriter(file, new ChunkCipher(header, key));
        foreach (var item in items)
        {
            using var bytes = new WireWriter();
            using var framed = new WireWriter();
            item.Write(bytes);
            framed.WriteVarInt((ulong)item.Kind);
            framed.WriteLengthPrefixed(bytes.WrittenSpan);
            chunks.Write(framed.WrittenSpan);
        }
        chunks.Finish();
        return file.ToArray();
    }

    private byte[] Export(Action<Vault> content, byte[]? beside = null)
    {
        using var vault = _home.Open();
        Write(vault, content);
        using var stream = new MemoryStream();
        VaultExport.Write(vault, Passphrase, stream, beside);
        return stream.ToArray();
    }

    private VaultException Refused(byte[] export, string passphrase = Passphrase)
    {
        var error = Assert.Throws<VaultException>(() => VaultImport.Read(new MemoryStream(export), passphrase, _restored.Options()));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(_restored.Home)!));
        return error;
    }

    private static void AssertDamaged(VaultException error) =>
        Assert.Equal((VaultFault.Damaged, "the export is damaged or not complete: nothing was restored"), (error.Fault, error.Message));
}
