using System.Text;
using Kith.Messaging.Signal;
using Kith.Messaging.Tests.Signal;

namespace Kith.Interop.Tests;

/// <summary>Kith on one side, libsignal 0.72.1 on the other.</summary>
public sealed class SignalInteropTests(LibsignalFixture libsignal) : IDisposable
{
    private readonly SignalPerson _kith = new(0x2345);
    private LibsignalPerson _other = null!;

    public void Dispose() => _kith.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KithInitiates_BothDirectionsOpen(bool withPreKey)
    {
        await MeetAsync();
        Assert.Equal(BundleStatus.Ok, _kith.Start(await _other.BundleAsync(withPreKey), _other.Identity));
        await KithSaysAsync("first", CiphertextKind.PreKey);
        await KithSaysAsync("second", CiphertextKind.PreKey);
        var (preKeys, kyberUsed) = await _other.StateAsync();
        Assert.Empty(preKeys);
        Assert.Equal(1U, kyberUsed[0]);
        await OtherSaysAsync("third", CiphertextKind.Whisper);
        await KithSaysAsync("fourth", CiphertextKind.Whisper);
        await OtherSaysAsync("fifth", CiphertextKind.Whisper);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LibsignalInitiates_BothDirectionsOpen(bool withPreKey)
    {
        await MeetAsync();
        await _other.ProcessAsync(_kith.Bundle(withPreKey));
        await OtherSaysAsync("first", CiphertextKind.PreKey);
        Assert.Equal(withPreKey ? 1U : null, _kith.LastNewSession!.PreKeyId);
        Assert.Equal(0x1234U, _kith.LastNewSession.RemoteRegistrationId);
        Assert.Equal(_other.Identity, _kith.Record.RemoteIdentity);
        await OtherSaysAsync("second", CiphertextKind.PreKey);
        await KithSaysAsync("third", CiphertextKind.Whisper);
        await OtherSaysAsync("fourth", CiphertextKind.Whisper);
        await KithSaysAsync("fifth", CiphertextKind.Whisper);
    }

    [Fact]
    public async Task PingPong_Long_EveryMessageOpens()
    {
        await ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            await KithSaysAsync($"ping {i}", CiphertextKind.Whisper);
            await OtherSaysAsync($"pong {i}", CiphertextKind.Whisper);
        }
    }

    [Fact]
    public async Task Sizes_UpTo64KiB_RoundTrip()
    {
        await ConnectAsync();
        foreach (var size in new[] { 0, 1, 15, 16, 17, 100, 127, 128, 255, 16_383, 16_384, 65_535, 65_536 })
        {
            var said = new byte[size];
            new Random(size).NextBytes(said);
            Assert.Equal(said, (await _other.DecryptAsync(_kith.Encrypt(said)))[0].Plaintext);
            Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(await _other.EncryptAsync(said), out var heard));
            Assert.Equal(said, heard);
        }
    }

    [Fact]
    public async Task OutOfOrderSkippedAndDuplicated_BothSidesAgree()
    {
        await ConnectAsync();
        var said = Enumerable.Range(0, 40).Select(i => Encoding.UTF8.GetBytes($"m{i}")).ToArray();
        var fromKith = said.Select(s => _kith.Encrypt(s)).ToArray();
        var fromOther = await _other.EncryptAsync(said);

        // Backwards, without every fifth; then all of them once more.
        for (var i = 39; i >= 0; i--)
        {
            if (i % 5 == 0)
                continue;
            Assert.Equal(said[i], (await _other.DecryptAsync(fromKith[i]))[0].Plaintext);
            Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(fromOther[i], out var heard));
            Assert.Equal(said[i], heard);
        }

        for (var i = 0; i < 40; i++)
        {
            var (plaintext, error) = (await _other.DecryptAsync(fromKith[i]))[0];
            var status = _kith.Decrypt(fromOther[i], out var heard);
            if (i % 5 == 0)
            {
                Assert.Equal(said[i], plaintext);
                Assert.Equal(DecryptStatus.Ok, status);
                Assert.Equal(said[i], heard);
            }
            else
            {
                Assert.Equal("DuplicatedMessage", error);
                Assert.Equal(DecryptStatus.Duplicate, status);
            }
        }

        await KithSaysAsync("still here", CiphertextKind.Whisper);
        await OtherSaysAsync("here too", CiphertextKind.Whisper);
    }

    [Fact]
    public async Task MessagesOfOlderChains_ArriveLate_Open()
    {
        await ConnectAsync();
        var lateFromKith = _kith.Encrypt("late"u8);
        var lateFromOther = await _other.EncryptAsync("late"u8.ToArray());
        for (var i = 0; i < 3; i++)
        {
            await KithSaysAsync("ping", CiphertextKind.Whisper);
            await OtherSaysAsync("pong", CiphertextKind.Whisper);
        }

        Assert.Equal("late"u8.ToArray(), (await _other.DecryptAsync(lateFromKith))[0].Plaintext);
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(lateFromOther, out _));
    }

    [Fact]
    public async Task Tampered_BothSidesRefuseEachByteAndGoOn()
    {
        await ConnectAsync();
        var fromKith = _kith.Encrypt("from kith"u8);
        var fromOther = await _other.EncryptAsync("from other"u8.ToArray());

        // The low half of the version byte is under the MAC too.
        for (var at = 0; at < fromKith.Bytes.Length; at++)
            Assert.NotNull((await _other.DecryptAsync(Flipped(fromKith, at)))[0].Error);
        for (var at = 0; at < fromOther.Bytes.Length; at++)
            Assert.NotEqual(DecryptStatus.Ok, _kith.Decrypt(Flipped(fromOther, at), out _));

        Assert.Equal("from kith"u8.ToArray(), (await _other.DecryptAsync(fromKith))[0].Plaintext);
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(fromOther, out _));
    }

    [Fact]
    public async Task TamperedFirstMessage_RefusedAndTheHonestOneOpens()
    {
        await MeetAsync();
        await _other.ProcessAsync(_kith.Bundle());
        var first = await _other.EncryptAsync("first"u8.ToArray());

        // What no key depends on is told and not proved, and left out here: the low half of the first byte and the registration id.
        for (var at = 1; at < first.Bytes.Length; at += 37)
        {
            if (_kith.Decrypt(Flipped(first, at), out _) is DecryptStatus.Ok)
                Assert.Fail($"byte {at} was altered and it opened");
            Assert.Null(_kith.Record.RemoteIdentity);
        }

        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(first, out _));
    }

    [Fact]
    public async Task KeptKeys_SameLimitOnBothSides()
    {
        await ConnectAsync();
        var said = Enumerable.Repeat(new byte[] { 1 }, SkippedKeys.MaxKeys + 2).ToArray();
        var fromOther = await _other.EncryptAsync(said);
        var fromKith = said.Select(s => _kith.Encrypt(s)).ToArray();

        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(fromOther[^1], out _));
        Assert.Equal(DecryptStatus.Duplicate, _kith.Decrypt(fromOther[0], out _));
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(fromOther[1], out _));
        var results = await _other.DecryptAsync(fromKith[^1], fromKith[0], fromKith[1]);
        Assert.NotNull(results[0].Plaintext);
        Assert.Equal("DuplicatedMessage", results[1].Error);
        Assert.NotNull(results[2].Plaintext);
    }

    [Fact]
    public async Task Jump_BeyondTheLimit_RefusedByBoth()
    {
        await ConnectAsync();
        for (var i = 0; i <= ReceiverChain.MaxForwardJumps; i++)
            _kith.Encrypt("-"u8);
        Assert.Contains("decryption failed", (await _other.DecryptAsync(_kith.Encrypt("too far"u8)))[0].Error, StringComparison.Ordinal);

        // Theirs: only the last one has to reach us.
        var said = Enumerable.Repeat(Array.Empty<byte>(), 5001).ToArray();
        CiphertextMessage last = default;
        for (var sent = 0; sent <= ReceiverChain.MaxForwardJumps + 1; sent += said.Length)
            last = (await _other.EncryptAsync(said))[^1];
        Assert.Equal(DecryptStatus.TooFarAhead, _kith.Decrypt(last, out _));
    }

    [Fact]
    public async Task SessionRestart_ByEitherSide_OldMessagesStillOpen()
    {
        await ConnectAsync();
        var oldFromKith = _kith.Encrypt("old"u8);
        var oldFromOther = await _other.EncryptAsync("old"u8.ToArray());
        Assert.Equal(BundleStatus.Ok, _kith.Start(await _other.BundleAsync(true)));
        await KithSaysAsync("new", CiphertextKind.PreKey);
        Assert.Equal("old"u8.ToArray(), (await _other.DecryptAsync(oldFromKith))[0].Plaintext);
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(oldFromOther, out _));

        await _other.ProcessAsync(_kith.Bundle());
        await OtherSaysAsync("newer", CiphertextKind.PreKey);
        for (var i = 0; i < 3; i++)
        {
            await KithSaysAsync("ping", CiphertextKind.Whisper);
            await OtherSaysAsync("pong", CiphertextKind.Whisper);
        }
    }

    [Fact]
    public async Task LostEverything_ARestoredSideStartsAgain()
    {
        await ConnectAsync();
        _kith.Record = new SessionRecord();
        Assert.Equal(DecryptStatus.NoSession, _kith.Decrypt(await _other.EncryptAsync("lost"u8.ToArray()), out _));
        Assert.Equal(BundleStatus.Ok, _kith.Start(await _other.BundleAsync(true)));
        await KithSaysAsync("I lost everything", CiphertextKind.PreKey);
        await OtherSaysAsync("then again", CiphertextKind.Whisper);
    }

    [Fact]
    public async Task SimultaneousInitiation_Converges()
    {
        await MeetAsync();
        var bundle = _kith.Bundle();
        Assert.Equal(BundleStatus.Ok, _kith.Start(await _other.BundleAsync(true)));
        await _other.ProcessAsync(bundle);
        var fromKith = _kith.Encrypt("a"u8);
        var fromOther = await _other.EncryptAsync("b"u8.ToArray());
        Assert.Equal("a"u8.ToArray(), (await _other.DecryptAsync(fromKith))[0].Plaintext);
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(fromOther, out _));

        for (var i = 0; i < 3; i++)
        {
            await KithSaysAsync("ping", null);
            await OtherSaysAsync("pong", null);
        }

        await KithSaysAsync("settled", CiphertextKind.Whisper);
        await OtherSaysAsync("settled", CiphertextKind.Whisper);
        Assert.Equal(1, _kith.Record.ArchivedCount);
    }

    [Fact]
    public async Task ArchivedByTheOther_OurMessageInTheOldSessionPromotesIt()
    {
        await ConnectAsync();
        await _other.ArchiveAsync();
        await KithSaysAsync("still in the old one", CiphertextKind.Whisper);
        await OtherSaysAsync("back in it", CiphertextKind.Whisper);
    }

    [Fact]
    public async Task TheirMessages_WrittenAgainByUs_AreTheSameBytes()
    {
        await MeetAsync();
        await _other.ProcessAsync(_kith.Bundle());
        var first = await _other.EncryptAsync("first"u8.ToArray());
        Assert.Equal(first.Bytes, Rewritten.PreKey(first.Bytes));
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(first, out _));
        await KithSaysAsync("second", CiphertextKind.Whisper);
        var whispers = await _other.EncryptAsync([.. Enumerable.Repeat(new byte[300], 200)]);
        foreach (var whisper in whispers)
        {
            Assert.Equal(CiphertextKind.Whisper, whisper.Kind);
            Assert.Equal(whisper.Bytes[..^SignalMessage.MacSize], Rewritten.Whisper(whisper.Bytes, previousCounter: 0));
        }
    }

    private static CiphertextMessage Flipped(CiphertextMessage message, int at)
    {
        var bytes = message.Bytes.ToArray();
        bytes[at] ^= 0x01;
        return message with { Bytes = bytes };
    }

    private async Task MeetAsync() => _other = await libsignal.NewPersonAsync(0x1234);

    private async Task ConnectAsync()
    {
        await MeetAsync();
        Assert.Equal(BundleStatus.Ok, _kith.Start(await _other.BundleAsync(true)));
        await KithSaysAsync("hello", CiphertextKind.PreKey);
        await OtherSaysAsync("hi", CiphertextKind.Whisper);
    }

    private async Task KithSaysAsync(string said, CiphertextKind? expected)
    {
        var message = _kith.Encrypt(Encoding.UTF8.GetBytes(said));
        if (expected is { } kind)
            Assert.Equal(kind, message.Kind);
        var (plaintext, error) = (await _other.DecryptAsync(message))[0];
        Assert.True(plaintext is not null, error);
        Assert.Equal(said, Encoding.UTF8.GetString(plaintext));
    }

    private async Task OtherSaysAsync(string said, CiphertextKind? expected)
    {
        var message = await _other.EncryptAsync(Encoding.UTF8.GetBytes(said));
        if (expected is { } kind)
            Assert.Equal(kind, message.Kind);
        Assert.Equal(DecryptStatus.Ok, _kith.Decrypt(message, out var heard));
        Assert.Equal(said, Encoding.UTF8.GetString(heard));
    }
}
