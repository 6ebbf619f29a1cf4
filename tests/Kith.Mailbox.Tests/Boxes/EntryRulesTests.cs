using Kith.Crypto;
using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Tests.Boxes;

public sealed class EntryRulesTests
{
    private readonly BoxKeys _keys = Rows.Keys();
    private readonly byte[] _chunk;
    private readonly BoxEntry _entry;

    public EntryRulesTests()
    {
        _chunk = Rows.Chunk(_keys);
        _entry = Rows.Entry(_keys, _chunk);
    }

    [Fact]
    public void HonestEntry_Holds() => Assert.True(EntryRules.IsSigned(_keys.Box, _entry) && EntryRules.IsOf(_entry, _chunk));

    [Fact]
    public void EntryWithAnyPartChanged_IsRefused()
    {
        var other = ChunkHash.Of([1]);
        Assert.False(EntryRules.IsSigned(_keys.Box, _entry with { Hash = other }));
        Assert.False(EntryRules.IsSigned(_keys.Box, _entry with { Size = 2048 }));
        Assert.False(EntryRules.IsSigned(_keys.Box, _entry with { Expiry = _entry.Expiry + EntryRules.ExpiryStep }));
        Assert.False(EntryRules.IsSigned(_keys.Box, _entry with { WriteSignature = new byte[64] }));
        Assert.False(EntryRules.IsSigned(_keys.Box, _entry with { WriteSignature = _entry.WriteSignature[..63] }));
    }

    [Fact]
    public void EntryInAnotherBox_IsRefused()
    {
        using var next = Rows.Keys(index: 3);
        Assert.False(EntryRules.IsSigned(next.Box, _entry));
        // The same keys at another price are another box.
        Assert.False(EntryRules.IsSigned(new PublicBox(_keys.Box.Write, _keys.Box.Read, 3), _entry));
    }

    [Fact]
    public void EntrySignedByTheReader_IsRefused()
    {
        var delete = EntryRules.SignDelete(_keys.Read!, _keys.Address, _entry.Hash);
        Assert.False(EntryRules.IsSigned(_keys.Box, _entry with { WriteSignature = delete }));
    }

    [Fact]
    public void ChunkOfAnotherHashOrSize_IsNotTheEntrys()
    {
        _chunk[5] ^= 1;
        Assert.False(EntryRules.IsOf(_entry, _chunk));
        Assert.False(EntryRules.IsOf(_entry with { Hash = ChunkHash.Of(_chunk), Size = 2048 }, _chunk));
    }

    [Fact]
    public void Delete_HoldsForItsChunkInItsBoxByTheReaderAlone()
    {
        var signature = EntryRules.SignDelete(_keys.Read!, _keys.Address, _entry.Hash);
        Assert.True(EntryRules.IsDelete(_keys.Box, _entry.Hash, signature));
        Assert.False(EntryRules.IsDelete(_keys.Box, ChunkHash.Of([1]), signature));
        using var next = Rows.Keys(index: 3);
        Assert.False(EntryRules.IsDelete(next.Box, _entry.Hash, signature));
        Assert.False(EntryRules.IsDelete(_keys.Box, _entry.Hash, EntryRules.SignDelete(_keys.Write, _keys.Address, _entry.Hash)));
        Assert.False(EntryRules.IsDelete(_keys.Box, _entry.Hash, []));
    }

    [Fact]
    public void Read_HoldsOnItsSessionForItsBodyAlone()
    {
        var signature = new byte[Ed25519PublicKey.SignatureSize];
        byte[] session = [.. Enumerable.Repeat((byte)7, 32)], body = [1, 2, 3];
        EntryRules.SignRead(_keys.Read!, session, body, signature);
        Assert.True(EntryRules.IsRead(_keys.Box, session, body, signature));
        Assert.False(EntryRules.IsRead(_keys.Box, new byte[32], body, signature));
        Assert.False(EntryRules.IsRead(_keys.Box, session, [1, 2, 4], signature));
        EntryRules.SignRead(_keys.Write, session, body, signature);
        Assert.False(EntryRules.IsRead(_keys.Box, session, body, signature));
    }

    [Fact]
    public void Expiry_IsAWholeHourNeitherPastNorTooFarAhead()
    {
        var expiry = EntryRules.ExpiryAt(Rows.Now, MailboxLimits.Kept);
        var month = (long)MailboxLimits.Kept.TotalMilliseconds;
        Assert.True(EntryRules.IsExpiry(expiry, Rows.Now));
        Assert.False(EntryRules.IsExpiry(expiry + 1, Rows.Now));
        Assert.False(EntryRules.IsExpiry(expiry, expiry));
        Assert.True(EntryRules.IsExpiry(expiry, expiry - month - EntryRules.ExpiryStep));
        Assert.False(EntryRules.IsExpiry(expiry, expiry - month - EntryRules.ExpiryStep - 1));
        Assert.False(EntryRules.IsExpiry(0, Rows.Now));
        Assert.False(EntryRules.IsExpiry(long.MaxValue / EntryRules.ExpiryStep * EntryRules.ExpiryStep, Rows.Now));
    }

    [Fact]
    public void Work_HoldsForItsChunkInItsBoxAlone()
    {
        var box = new PublicBox(_keys.Box.Write, _keys.Box.Read, 10);
        var search = ProofOfWork.OfEntry(box, _entry.Hash);
        ulong work;
        while (!search.TryFinish(100, out work))
        {
        }

        Assert.True(ProofOfWork.HoldsForEntry(box, _entry.Hash, work));
        // One in 1,024 other chunks would take the same work: of eight none may.
        Assert.True(Enumerable.Range(0, 8).Count(i => ProofOfWork.HoldsForEntry(box, ChunkHash.Of([(byte)i]), work)) < 8);
        Assert.True(Enumerable.Range(1, 8).Count(i => ProofOfWork.HoldsForEntry(box, _entry.Hash, work + (ulong)i)) < 8);
    }

    [Fact]
    public void WorkWhereThereIsNoPrice_IsRefused()
    {
        Assert.True(ProofOfWork.HoldsForEntry(_keys.Box, _entry.Hash, 0));
        Assert.False(ProofOfWork.HoldsForEntry(_keys.Box, _entry.Hash, 1));
    }

    [Fact]
    public void WorkForAChallenge_HoldsForItAlone()
    {
        byte[] challenge = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.True(ProofOfWork.OfLoad(challenge, 12).TryFinish(1_000_000, out var work));
        Assert.True(ProofOfWork.HoldsForLoad(challenge, 12, work));
        Assert.True(ProofOfWork.HoldsForLoad(challenge, 0, 99));
        Assert.True(Enumerable.Range(1, 8).Count(i => ProofOfWork.HoldsForLoad([.. challenge[..15], (byte)(i + 100)], 12, work)) < 8);
    }
}
