using System.Text;
using Kith.Messaging.Signal;

namespace Kith.Messaging.Tests.Signal;

public sealed class SessionTests : IDisposable
{
    private readonly SignalPerson _alice = new(11);
    private readonly SignalPerson _bob = new(22);

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FirstMessages_WithAndWithoutOneTimePreKey_Open(bool withPreKey)
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle(withPreKey)));
        var first = _alice.Encrypt("one"u8);
        var second = _alice.Encrypt("two"u8);
        Assert.Equal(CiphertextKind.PreKey, first.Kind);
        AssertOpens(_bob, first, "one");
        Assert.Equal(withPreKey, _bob.LastNewSession!.PreKeyId.HasValue);
        Assert.Equal(11U, _bob.LastNewSession.RemoteRegistrationId);
        AssertOpens(_bob, second, "two");

        var answer = _bob.Encrypt("three"u8);
        Assert.Equal(CiphertextKind.Whisper, answer.Kind);
        Assert.True(_alice.Record.IsUnacknowledged);
        AssertOpens(_alice, answer, "three");
        Assert.False(_alice.Record.IsUnacknowledged);
        Assert.Equal(CiphertextKind.Whisper, _alice.Encrypt("four"u8).Kind);
    }

    [Fact]
    public void LongPingPong_StoredAndReadBackEachTime_Opens()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        for (var i = 0; i < 60; i++)
        {
            AssertOpens(_bob, _alice.Encrypt(Encoding.UTF8.GetBytes($"to {i}")), $"to {i}");
            AssertOpens(_alice, _bob.Encrypt(Encoding.UTF8.GetBytes($"fro {i}")), $"fro {i}");
            _alice.Record = Restore(_alice.Record);
            _bob.Record = Restore(_bob.Record);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(65_536)]
    [InlineData(SessionCipher.MaxPlaintextSize)]
    public void AnySize_RoundTrips(int size)
    {
        Connect();
        var text = new byte[size];
        Array.Fill(text, (byte)'k');
        Assert.Equal(DecryptStatus.Ok, _bob.Decrypt(_alice.Encrypt(text), out var opened));
        Assert.Equal(text, opened);
    }

    [Fact]
    public void OutOfOrder_SkippedKeysOpenOnceEach()
    {
        Connect();
        var messages = Enumerable.Range(0, 50).Select(i => _alice.Encrypt(Encoding.UTF8.GetBytes($"m{i}"))).ToArray();
        foreach (var i in Enumerable.Range(0, 50).Reverse())
            AssertOpens(_bob, messages[i], $"m{i}");
        foreach (var message in messages)
            Assert.Equal(DecryptStatus.Duplicate, _bob.Decrypt(message, out _));
    }

    [Fact]
    public void LateMessage_OfAnEarlierChain_OpensUntilFiveChainsPassed()
    {
        Connect();
        var late = _alice.Encrypt("late"u8);
        var lost = _alice.Encrypt("lost"u8);
        for (var i = 0; i < SessionState.MaxReceiverChains - 1; i++)
            PingPong();
        AssertOpens(_bob, late, "late");
        for (var i = 0; i < 2; i++)
            PingPong();
        Assert.NotEqual(DecryptStatus.Ok, _bob.Decrypt(lost, out _));
    }

    [Fact]
    public void KeptKeys_TheOldestOf2000Opens_OlderIsRefused()
    {
        Connect();
        var messages = Enumerable.Range(0, SkippedKeys.MaxKeys + 2).Select(_ => _alice.Encrypt("x"u8)).ToArray();
        AssertOpens(_bob, messages[^1], "x");
        Assert.Equal(DecryptStatus.Duplicate, _bob.Decrypt(messages[0], out _));
        AssertOpens(_bob, messages[1], "x");
        AssertOpens(_bob, messages[2], "x");
    }

    [Fact]
    public void Jump_Of25000Opens_OneMoreIsRefused()
    {
        Connect();
        PingPong();
        AssertOpens(_bob, _alice.Encrypt("zero"u8), "zero");
        for (var i = 0; i < ReceiverChain.MaxForwardJumps; i++)
            _alice.Encrypt("-"u8);
        var reachable = _alice.Encrypt("here"u8);
        var tooFar = _alice.Encrypt("there"u8);
        Assert.Equal(DecryptStatus.TooFarAhead, _bob.Decrypt(tooFar, out _));
        AssertOpens(_bob, reachable, "here");
        AssertOpens(_bob, tooFar, "there");
    }

    [Fact]
    public void Jump_InAnArchivedSession_IsBoundedByTheKeysKept()
    {
        Connect();
        PingPong();
        AssertOpens(_bob, _alice.Encrypt("zero"u8), "zero");
        _bob.Record.ArchiveCurrent();
        for (var i = 0; i < ReceiverChain.MaxForwardJumpsArchived; i++)
            _alice.Encrypt("-"u8);
        var reachable = _alice.Encrypt("here"u8);
        Assert.Equal(DecryptStatus.TooFarAhead, _bob.Decrypt(_alice.Encrypt("there"u8), out _));
        AssertOpens(_bob, reachable, "here");
    }

    [Fact]
    public void Jump_InASessionWithOneself_MayBeFarther()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_alice.Bundle()));
        var sending = _alice.Record;
        for (var i = 0; i <= ReceiverChain.MaxForwardJumps; i++)
            Assert.NotNull(SessionCipher.Encrypt(sending, "-"u8, _alice.Now));
        var far = _alice.Encrypt("far"u8);
        _alice.Record = new SessionRecord();
        AssertOpens(_alice, far, "far");
    }

    [Fact]
    public void SimultaneousInitiation_BothWays_Converges()
    {
        var bundleOfAlice = _alice.Bundle();
        var bundleOfBob = _bob.Bundle();
        Assert.Equal(BundleStatus.Ok, _alice.Start(bundleOfBob));
        Assert.Equal(BundleStatus.Ok, _bob.Start(bundleOfAlice));
        var fromAlice = _alice.Encrypt("a"u8);
        var fromBob = _bob.Encrypt("b"u8);
        AssertOpens(_bob, fromAlice, "a");
        AssertOpens(_alice, fromBob, "b");
        for (var i = 0; i < 4; i++)
            PingPong();
        Assert.Equal(_alice.Record.Current!.BaseKey, _bob.Record.Current!.BaseKey);
        Assert.False(_alice.Record.IsUnacknowledged);
    }

    [Fact]
    public void NewBundle_WhileTheOldSessionLives_BothSessionsReadable()
    {
        Connect();
        var old = _alice.Encrypt("old"u8);
        var older = _alice.Encrypt("older"u8);
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        AssertOpens(_bob, _alice.Encrypt("new"u8), "new");
        Assert.Equal(1, _bob.Record.ArchivedCount);
        AssertOpens(_bob, old, "old");
        _bob.Record = Restore(_bob.Record);
        AssertOpens(_bob, older, "older");
        AssertOpens(_bob, _alice.Encrypt("again"u8), "again");
    }

    [Fact]
    public void ManyNewSessions_KeepFortyArchived()
    {
        for (var i = 0; i < SessionRecord.MaxArchived + 3; i++)
            Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        Assert.Equal(SessionRecord.MaxArchived, _alice.Record.ArchivedCount);
    }

    [Fact]
    public void UnacknowledgedSession_After30Days_IsNotWrittenTo()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        _alice.Now += SessionState.MaxUnacknowledgedMilliseconds;
        Assert.True(_alice.Record.HasUsableSession(_alice.Now));
        _alice.Now++;
        Assert.False(_alice.Record.HasUsableSession(_alice.Now));
        Assert.Null(SessionCipher.Encrypt(_alice.Record, "x"u8, _alice.Now));
    }

    [Fact]
    public void NoSession_NothingToEncryptOrDecryptWith()
    {
        Connect();
        Assert.Null(SessionCipher.Encrypt(new SessionRecord(), "x"u8, 0));
        var message = _alice.Encrypt("x"u8);
        _bob.Record = new SessionRecord();
        Assert.Equal(DecryptStatus.NoSession, _bob.Decrypt(message, out _));
    }

    private static void AssertOpens(SignalPerson receiver, CiphertextMessage message, string expected)
    {
        Assert.Equal(DecryptStatus.Ok, receiver.Decrypt(message, out var plaintext));
        Assert.Equal(expected, Encoding.UTF8.GetString(plaintext));
    }

    private static SessionRecord Restore(SessionRecord record)
    {
        Assert.True(SessionRecord.TryParse(record.Serialize(), out var restored));
        return restored;
    }

    private void Connect()
    {
        Assert.Equal(BundleStatus.Ok, _alice.Start(_bob.Bundle()));
        AssertOpens(_bob, _alice.Encrypt("hello"u8), "hello");
        AssertOpens(_alice, _bob.Encrypt("hi"u8), "hi");
    }

    private void PingPong()
    {
        AssertOpens(_bob, _alice.Encrypt("ping"u8), "ping");
        AssertOpens(_alice, _bob.Encrypt("pong"u8), "pong");
    }
}
