using Kith.Crypto;
using Kith.Forwarding.Meeting;
using Kith.Forwarding.Sphinx;
using Kith.Simulation.Network;
using Kith.Transport;

namespace Kith.Forwarding.Tests.Meeting;

public sealed class MeetingServerTests : IMeetingServerWorld
{
    private const long Day = 24L * 60 * 60_000;

    private readonly SimulatedRandom _random = new(6);
    private readonly MeetingServer _server;
    private readonly List<(X25519PublicKey Session, NodeHandle Handle)> _delivered = [];
    private readonly List<byte[]> _sent = [];
    private readonly X25519PublicKey _session;
    private readonly MeetingSecret _secret;
    private long _now = 1_770_033_600_000;

    public MeetingServerTests()
    {
        _server = new MeetingServer(this);
        using var key = X25519PrivateKey.Generate(_random);
        (_session, _secret) = (key.PublicKey, MeetingSecret.Draw(_random));
    }

    void IMeetingServerWorld.Deliver(X25519PublicKey session, NodeHandle handle, ReadOnlyMemory<byte> payload) => _delivered.Add((session, handle));

    void IMeetingServerWorld.Send(long now, HopAddress to, ReadOnlyMemory<byte> packet) => _sent.Add(packet.ToArray());

    [Fact]
    public void Packet_ForARegisteredHandle_GoesOverTheSession_UntilItEnds()
    {
        Assert.True(_server.Register(_now, _session, _secret));
        Take();
        Assert.Equal((_session, _secret.Handle), Assert.Single(_delivered));
        _server.Gone(_session);
        Take();
        Assert.Single(_delivered);
        Assert.Equal(1, _server.Counters.Unknown);
        Assert.Equal(0, _server.Count);
    }

    [Fact]
    public void Packet_ForAStock_UsesOneBlockEach_OldestFirst()
    {
        var blocks = Enumerable.Range(0, 3).Select(_ => Stock()).ToList();
        for (var i = 0; i < 3; i++)
            Take();
        Assert.Equal(3, _sent.Count);
        for (var i = 0; i < 3; i++)
            Assert.Equal(blocks[i][HopAddress.Size..(HopAddress.Size + 32)], _sent[i][1..33]);
        Assert.Equal(0, _server.Blocks);
    }

    [Fact]
    public void TwoBlocks_ComeInOnePacket_OfAnySize_AndThreeOrNoneAreRefused()
    {
        foreach (var size in new[] { ReplyBlock.ShortSize, ReplyBlock.MaxSize })
        {
            var message = new StockMessage(_secret, _random.NextBytes(size), _random.NextBytes(size)).ToArray();
            Assert.InRange(message.Length, 1, SphinxFormat.BodySize);
            Assert.True(_server.Serve(_now, message));
        }

        Assert.Equal(4, _server.Blocks);
        Assert.False(_server.Serve(_now, new StockMessage(_secret).ToArray()));
        Assert.False(_server.Serve(_now, new StockMessage(_secret, new byte[ReplyBlock.ShortSize], new byte[ReplyBlock.ShortSize], new byte[ReplyBlock.ShortSize]).ToArray()));
        Assert.False(_server.Serve(_now, new StockMessage(_secret, new byte[ReplyBlock.ShortSize + 1]).ToArray()));
        Assert.Equal(4, _server.Blocks);
    }

    [Fact]
    public void Packet_WhileManyBlocksLie_TakesTwo()
    {
        for (var i = 0; i < MeetingLimits.SpareStock + 2; i++)
            Stock();
        Take();
        Assert.Equal((2, MeetingLimits.SpareStock), (_sent.Count, _server.Blocks));
        Assert.NotEqual(_sent[0], _sent[1]);
        Take();
        Assert.Equal((3, MeetingLimits.SpareStock - 1), (_sent.Count, _server.Blocks));
    }

    [Fact]
    public void Packet_WithoutABlock_WaitsAWhileForOne()
    {
        Stock();
        Take();
        Take();
        Assert.Single(_sent);
        Stock();
        Assert.Equal(2, _sent.Count);
        Take();
        _now += MeetingLimits.HoldTime + 1_000;
        _server.Tick(_now);
        Stock();
        Assert.Equal(2, _sent.Count);
        Assert.Equal(1, _server.Counters.Dropped);
    }

    [Fact]
    public void Stock_IsBounded_AndItsBlocksAgeOut()
    {
        for (var i = 0; i < 2 * MeetingLimits.MaxStock; i++)
            Stock();
        Assert.Equal(MeetingLimits.MaxStock, _server.Blocks);
        _now += 2 * Day;
        Take();
        Assert.Empty(_sent);
        Assert.Equal(0, _server.Blocks);
    }

    [Fact]
    public void HandlesAndHeldPackets_AreBounded()
    {
        Assert.True(_server.Register(_now, _session, _secret));
        for (var i = 1; i < MeetingLimits.MaxHandlesOfSession; i++)
            Assert.True(_server.Register(_now, _session, MeetingSecret.Draw(_random)));
        Assert.False(_server.Register(_now, _session, MeetingSecret.Draw(_random)));
        Assert.True(_server.Register(_now, _session, _secret));
        _server.Gone(_session);
        Stock();
        for (var i = 0; i < 100; i++)
            Take();
        Assert.Equal(100 - 1 - MeetingLimits.MaxHeldOfHandle, _server.Counters.Dropped);
    }

    [Fact]
    public void HandlesOfAll_AreBounded_AndThoseThatAreThereGoOn()
    {
        for (var i = 0; i < MeetingLimits.MaxHandles; i += MeetingLimits.MaxHandlesOfSession)
        {
            var session = Key();
            for (var j = 0; j < MeetingLimits.MaxHandlesOfSession; j++)
                Assert.True(_server.Register(_now, session, i + j == 0 ? _secret : MeetingSecret.Draw(_random), (ulong)(i / MeetingLimits.MaxHandlesOfSource)));
        }

        Assert.Equal(MeetingLimits.MaxHandles, _server.Count);
        Assert.False(_server.Register(_now, Key(), MeetingSecret.Draw(_random), source: 99));
        Assert.True(_server.Serve(_now, new StockMessage(MeetingSecret.Draw(_random), new byte[ReplyBlock.ShortSize]).ToArray(), source: 99));
        Assert.Equal((2, 0), (_server.Counters.Refused, _server.Blocks));
        Take();
        Assert.Equal(_secret.Handle, Assert.Single(_delivered).Handle);
    }

    [Fact]
    public void Sessions_AreBounded()
    {
        for (var i = 0; i < MeetingLimits.MaxSessions; i++)
            Assert.True(_server.Register(_now, i == 0 ? _session : Key(), MeetingSecret.Draw(_random)));
        Assert.False(_server.Register(_now, Key(), _secret));
        _server.Gone(_session);
        Assert.True(_server.Register(_now, Key(), _secret));
    }

    [Fact]
    public void BlocksOfAll_AreBounded()
    {
        for (var i = 0; i < MeetingLimits.MaxBlocks; i += MeetingLimits.MaxStock)
        {
            var message = new StockMessage(MeetingSecret.Draw(_random), new byte[ReplyBlock.ShortSize]).ToArray();
            for (var j = 0; j < MeetingLimits.MaxStock; j++)
                Assert.True(_server.Serve(_now, message, (ulong)(i / MeetingLimits.MaxBlocksOfSource)));
        }

        Assert.Equal((MeetingLimits.MaxBlocks, 0), (_server.Blocks, _server.Counters.Refused));
        Assert.True(_server.Serve(_now, new StockMessage(_secret, new byte[ReplyBlock.ShortSize]).ToArray()));
        Assert.Equal((MeetingLimits.MaxBlocks, 1), (_server.Blocks, _server.Counters.Refused));
    }

    [Fact]
    public void BlocksOfOneSource_TakeAShareOfTheRoom_AndOthersAreTakenStill()
    {
        var handles = new List<MeetingSecret>();
        for (var i = 0; i < MeetingLimits.MaxBlocksOfSource; i++)
        {
            if (i % MeetingLimits.MaxStock == 0)
                handles.Add(MeetingSecret.Draw(_random));
            Assert.True(_server.Serve(_now, new StockMessage(handles[^1], new byte[ReplyBlock.ShortSize]).ToArray(), source: 1));
        }

        Assert.Equal((MeetingLimits.MaxBlocksOfSource, 0), (_server.Blocks, _server.Counters.Refused));
        var more = new StockMessage(_secret, new byte[ReplyBlock.ShortSize]).ToArray();
        _server.Serve(_now, more, source: 1);
        Assert.Equal((MeetingLimits.MaxBlocksOfSource, 1), (_server.Blocks, _server.Counters.Refused));
        _server.Serve(_now, more, source: 2);
        Assert.Equal(MeetingLimits.MaxBlocksOfSource + 1, _server.Blocks);
        // What is used, pushed out or given up takes no room.
        _server.Take(_now, handles[0].Handle, new byte[SphinxFormat.PayloadSize]);
        _server.Serve(_now, new ForgetMessage(handles[1]).ToArray());
        var room = 2 + MeetingLimits.MaxStock; // a full handle gives two for a packet
        for (var i = 0; i < room; i++)
            _server.Serve(_now, new StockMessage(handles[^1], new byte[ReplyBlock.ShortSize]).ToArray(), source: 1);
        Assert.Equal(1, _server.Counters.Refused);
        Assert.Equal(MeetingLimits.MaxBlocksOfSource + 1 - room, _server.Blocks);
        _server.Serve(_now + (3 * Day), new ForgetMessage(handles[^1]).ToArray());
        _server.Tick(_now + (3 * Day));
        Assert.Equal(0, _server.Blocks);
    }

    [Fact]
    public void HandlesOfOneSource_TakeAShareOfTheRoom_WhetherTheirBlocksWereUsedOrNot_AndOthersAreTakenStill()
    {
        // A block for each, used at once: what is left is an empty handle.
        for (var i = 0; i < MeetingLimits.MaxHandlesOfSource; i++)
        {
            var secret = MeetingSecret.Draw(_random);
            Lay(secret, source: 1);
            _server.Take(_now, secret.Handle, new byte[SphinxFormat.PayloadSize]);
        }

        Assert.Equal((MeetingLimits.MaxHandlesOfSource, 0, 0), (_server.Count, _server.Blocks, _server.Counters.Refused));
        Lay(_secret, source: 1);
        Assert.False(_server.Register(_now, _session, _secret, source: 1));
        Assert.Equal((MeetingLimits.MaxHandlesOfSource, 2), (_server.Count, _server.Counters.Refused));
        Lay(_secret, source: 2);
        Assert.True(_server.Register(_now, _session, MeetingSecret.Draw(_random), source: 2));
        // A handle that is there is nobody's but its secret's.
        Lay(_secret, source: 1);
        Assert.Equal((MeetingLimits.MaxHandlesOfSource + 2, 2, 2), (_server.Count, _server.Blocks, _server.Counters.Refused));
        // The empty ones are forgotten soon; that one and the registered one stay.
        _server.Tick(_now += MeetingLimits.EmptyLifetime);
        Assert.Equal((2, 2), (_server.Count, _server.Blocks));
        Assert.True(_server.Register(_now, _session, MeetingSecret.Draw(_random), source: 1));
    }

    [Fact]
    public void HandlesOfManySessionsOfOneSource_TakeAShareOfTheRoom_UntilTheyEnd()
    {
        var sessions = Enumerable.Range(0, MeetingLimits.MaxHandlesOfSource / MeetingLimits.MaxHandlesOfSession).Select(_ => Key()).ToList();
        foreach (var session in sessions)
        {
            for (var i = 0; i < MeetingLimits.MaxHandlesOfSession; i++)
                Assert.True(_server.Register(_now, session, MeetingSecret.Draw(_random), source: 1));
        }

        Assert.False(_server.Register(_now, _session, _secret, source: 1));
        Assert.True(_server.Register(_now, _session, MeetingSecret.Draw(_random), source: 2));
        _server.Gone(sessions[0]);
        Assert.True(_server.Register(_now, _session, _secret, source: 1));
    }

    [Fact]
    public void EmptyHandle_IsKept_WhileItIsUsed_OrSomethingWaitsThere()
    {
        Stock();
        Take();
        for (var i = 0; i < 3; i++)
        {
            _server.Tick(_now += MeetingLimits.EmptyLifetime - 1);
            Take();
        }

        Assert.Equal(1, _server.Count);
        Stock();
        Assert.Equal(2, _sent.Count);
        _server.Tick(_now += MeetingLimits.EmptyLifetime);
        Assert.Equal(0, _server.Count);
        // And with a stock for as long as that is good.
        Stock();
        _server.Tick(_now += MeetingLimits.HandleLifetime - 1);
        Assert.Equal((1, 1), (_server.Count, _server.Blocks));
        _server.Tick(_now += MeetingLimits.HandleLifetime);
        Assert.Equal((0, 0), (_server.Count, _server.Blocks));
    }

    [Fact]
    public void Block_ThatSomethingWaitsFor_IsUsed_ThoughItsSourceHasNoRoomLeft()
    {
        Stock();
        Take();
        Take();
        for (var i = 0; i < MeetingLimits.MaxBlocksOfSource / MeetingLimits.MaxStock; i++)
        {
            var secret = MeetingSecret.Draw(_random);
            for (var j = 0; j < MeetingLimits.MaxStock; j++)
                Lay(secret, source: 0);
        }

        Assert.Equal(MeetingLimits.MaxBlocksOfSource, _server.Blocks);
        Stock();
        Assert.Equal((2, 0), (_sent.Count, _server.Counters.Refused));
        Stock();
        Assert.Equal((2, 1), (_sent.Count, _server.Counters.Refused));
    }

    [Fact]
    public void Handle_IsGivenUpByItsSecretAlone()
    {
        Stock();
        Assert.True(_server.Serve(_now, new ForgetMessage(new MeetingSecret(_secret.Handle)).ToArray()));
        Assert.Equal(1, _server.Count);
        Assert.True(_server.Serve(_now, new ForgetMessage(_secret).ToArray()));
        Assert.Equal((0, 0), (_server.Count, _server.Blocks));
    }

    [Fact]
    public void Message_ThatAsksForNothing_IsCounted()
    {
        Assert.False(_server.Serve(_now, []));
        Assert.False(_server.Serve(_now, [9]));
        Assert.False(_server.Serve(_now, new StockMessage(_secret, new byte[ReplyBlock.ShortSize]).ToArray().AsSpan(0, 100)));
        Assert.True(_server.Serve(_now, new DummyMessage().ToArray()));
        // A block that leads nowhere is noticed when it is used.
        Assert.True(_server.Serve(_now, new ReplyMessage(new byte[ReplyBlock.ShortSize], new byte[16]).ToArray()));
        Assert.Empty(_sent);
        Assert.Equal(4, _server.Counters.Malformed);
    }

    private byte[] Stock()
    {
        using var key = X25519PrivateKey.Generate(_random);
        var hop = new PathHop(HopAddress.At(Directory.Forwarders.At(1), key.PublicKey), key.PublicKey, 0);
        Assert.True(new SphinxBuilder(_random).TryCreateReplyBlock([hop], out var block, out var keys));
        keys!.Dispose();
        var bytes = new byte[block!.Size];
        block.CopyTo(bytes);
        Assert.True(_server.Serve(_now, new StockMessage(_secret, bytes).ToArray()));
        return bytes;
    }

    // One that leads nowhere.
    private void Lay(MeetingSecret secret, ulong source) => Assert.True(_server.Serve(_now, new StockMessage(secret, new byte[ReplyBlock.ShortSize]).ToArray(), source));

    private X25519PublicKey Key()
    {
        using var key = X25519PrivateKey.Generate(_random);
        return key.PublicKey;
    }

    private void Take() => _server.Take(_now, _secret.Handle, new byte[SphinxFormat.PayloadSize]);
}
