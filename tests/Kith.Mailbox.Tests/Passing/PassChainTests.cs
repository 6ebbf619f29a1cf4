using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Overlay;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <summary>Requests of somebody who must not be seen: through several, each of which sees its neighbours alone.</summary>
public sealed class PassChainTests : IDisposable
{
    private readonly RoutesWorld _world = new(40, neverStraight: true);
    private readonly BoxKeys _keys = Rows.Keys();

    private static EntriesAnswer Entries => new(DropCode.Done, false, 7, []);

    private Endpoint Holder => _world.Holders[3];

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Chain_HasThreeInDistinctPrefixes_NoneOfTheBox_BehindOneOfThreeGuards()
    {
        var firsts = new HashSet<Endpoint>();
        var lasts = new HashSet<Endpoint>();
        var guardsOfTheBox = 0;
        for (var i = 0; i < 40; i++)
        {
            var keys = Rows.Keys((byte)i);
            var own = _world.Holders.Skip(i % 20).Take(MailboxLimits.Asked).ToList();
            _world.Routes.Found(keys.Address, own);
            Ask(_world, keys, own[0]);
            var walk = _world.Open(_world.Asked[^1]);
            Assert.Equal(own[0], walk.Stops[^1]);
            var chain = walk.Stops[..^1];
            Assert.Equal(PassLimits.Passers, chain.Count);
            Assert.Equal(PassLimits.Passers + 1, walk.Stops.DistinctBy(AddressPrefix.Of).Count());
            Assert.DoesNotContain(chain.Skip(1), own.Contains);
            guardsOfTheBox += own.Contains(chain[0]) ? 1 : 0;
            Assert.Equal(keys.Address, Assert.IsType<ReadRequest>(walk.Layers[^1].Opened.Request).Box.Address);
            firsts.Add(chain[0]);
            lasts.Add(chain[^1]);
        }

        Assert.InRange(firsts.Count, 2, PassLimits.Guards);
        // Only where all three are of the box.
        Assert.InRange(guardsOfTheBox, 0, 12);
        Assert.InRange(lasts.Count, 4, 16);
    }

    [Fact]
    public void OneBoxAtOneHolder_GoesThroughOneChain()
    {
        Ask(_world, _keys, Holder);
        Ask(_world, _keys, Holder);
        Assert.Equal(_world.Open(_world.Asked[0]).Stops, _world.Open(_world.Asked[1]).Stops);
    }

    [Fact]
    public void TheSameSecret_GivesTheSameGuardsAfterAStart()
    {
        var secret = SystemRandom.Instance.NextBytes(32);
        using var one = new RoutesWorld(40, neverStraight: true, secret);
        using var again = new RoutesWorld(40, neverStraight: true, secret);
        for (var i = 0; i < 20; i++)
        {
            var keys = Rows.Keys((byte)i);
            Ask(one, keys, Holder);
            Ask(again, keys, Holder);
        }

        Assert.Equal(one.Asked.Select(asked => asked.At), again.Asked.Select(asked => asked.At));
        Assert.InRange(one.Asked.DistinctBy(asked => asked.At).Count(), 2, PassLimits.Guards);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    public void WhereFewAreKnown_TheChainIsShorter_ButIsThere(int holders, int expected)
    {
        using var world = new RoutesWorld(holders, neverStraight: true, isStarting: true);
        Ask(world, _keys, world.Holders[0]);
        Assert.Empty(world.Asked); // more may be known in a moment
        world.WaitFor(PassLimits.StartPatience);
        Assert.Equal(expected + 1, world.Open(world.Asked[0]).Stops.Count);
        world.Answer(world.Asked[0].Request, world.Open(world.Asked[0]), Entries, expected);
    }

    [Fact]
    public void GuardThatFailedLately_ComesBeforeOneThatHoldsTheBox()
    {
        Ask(_world, _keys, Holder);
        var guards = _world.Routes.Guards.All;
        _world.Routes.Found(_keys.Address, guards.Skip(1));
        var holder = _world.Holders.Except(guards).First();
        for (var i = 0; i < 2; i++)
        {
            Ask(_world, _keys, holder);
            var asked = _world.Asked[^1];
            Assert.Equal(guards[0], asked.At);
            _world.Answer(asked.Request, _world.Open(asked), new PassAnswer(DropCode.Busy, default), 0);
            Assert.Contains(_world.Asked[^1].At, guards.Skip(1)); // it was tried: there is nobody else
        }
    }

    [Fact]
    public void Answer_ComesThroughAllLayers_AndSoDoNews()
    {
        Ask(_world, _keys, Holder, ReadFlags.News);
        var request = _world.Asked[0].Request;
        var walk = _world.Open(_world.Asked[0]);
        Assert.All(walk.Layers.SkipLast(1), layer => Assert.True(Assert.IsType<PassRequest>(layer.Opened.Request).HasNews));
        for (var i = 0; i < 3; i++)
            _world.Answer(request, walk, Entries with { Last = i }, walk.Layers.Count - 1);
        Assert.Equal([0L, 1, 2], _world.Told.Select(told => Assert.IsType<EntriesAnswer>(told.Answer).Last));
        // Any of them may end it.
        _world.Answer(request, walk, new PassAnswer(DropCode.Silent, default), 1);
        Assert.Equal(AskFailure.Ended, _world.Told[^1].Failure);
        Assert.Contains(request, _world.Dropped);
    }

    [Fact]
    public void WhatTheLastSaysOfTheHolder_IsBelievedOfTwo()
    {
        Ask(_world, _keys, Holder);
        for (var i = 0; i < PassLimits.Witnesses; i++)
        {
            Assert.Empty(_world.Told);
            _world.Answer(_world.Asked[i].Request, _world.Open(_world.Asked[i]), new PassAnswer(DropCode.Silent, default), PassLimits.Passers - 1);
        }

        Assert.Equal(AskFailure.Unreachable, Assert.Single(_world.Told).Failure);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void WhatIsSaidOfAnotherOfTheChain_SaysNothingOfTheHolder(int by)
    {
        var tried = new List<Endpoint>();
        Ask(_world, _keys, Holder);
        for (var i = 0; i < PassLimits.Tries; i++)
        {
            var walk = _world.Open(_world.Asked[i]);
            Assert.DoesNotContain(walk.Stops.Skip(1), tried.Contains);
            tried.AddRange(walk.Stops[..^1]);
            _world.Answer(_world.Asked[i].Request, walk, new PassAnswer(DropCode.Silent, default), by);
        }

        Assert.Equal(AskFailure.Crowded, Assert.Single(_world.Told).Failure);
        Assert.InRange(_world.Asked.DistinctBy(asked => asked.At).Count(), 2, PassLimits.Guards); // two where the holder is the third guard
    }

    [Fact]
    public void AnotherKeyOfTheHolder_IsBelievedOfTwo()
    {
        Ask(_world, _keys, Holder);
        for (var i = 0; i < PassLimits.Witnesses; i++)
        {
            Assert.Empty(_world.KeyFailures);
            _world.Answer(_world.Asked[i].Request, _world.Open(_world.Asked[i]), new PassAnswer(DropCode.Signature, default), PassLimits.Passers - 1);
        }

        Assert.Equal([Holder], _world.KeyFailures);
        Assert.Equal(AskFailure.Unreachable, Assert.Single(_world.Told).Failure);
    }

    [Fact]
    public void AnotherKeyOfOneOfTheChain_IsAskedFor()
    {
        Ask(_world, _keys, Holder);
        var walk = _world.Open(_world.Asked[0]);
        _world.Answer(_world.Asked[0].Request, walk, new PassAnswer(DropCode.Signature, default), 0);
        Assert.Equal([walk.Stops[1]], _world.KeyFailures);
        _world.Give(_world.Asked[1].Request, new SealedAnswer(DropCode.Signature, default));
        Assert.Equal(_world.Asked[1].At, _world.KeyFailures[1]);
        Assert.Empty(_world.Told);
    }

    [Fact]
    public void AnswersThatDoNotOpen_AreNoAnswers()
    {
        Ask(_world, _keys, Holder);
        var walk = _world.Open(_world.Asked[0]);
        var bytes = ((SealedAnswer)walk.Wrap(Entries, walk.Layers.Count - 1)).Sealed.ToArray();
        foreach (var at in new[] { 0, 40, 60, bytes.Length - 1 })
        {
            Ask(_world, Rows.Keys((byte)(at + 1)), Holder);
            _ = _world.Open(_world.Asked[^1]);
            bytes[at] ^= 1;
            _world.Give(_world.Asked[^1].Request, new SealedAnswer(DropCode.Done, bytes));
        }

        Assert.DoesNotContain(_world.Told, told => told.Answer is not null);
    }

    [Fact]
    public void Lengths_LeaveOpenWhoseTheyAre()
    {
        // For each place in the chain, the lengths that whoever is there gets and passes on.
        var seen = Enumerable.Range(0, PassLimits.Passers).Select(_ => new Dictionary<int, int>()).ToArray();
        for (var i = 0; i < 100; i++)
        {
            Ask(_world, Rows.Keys((byte)i), Holder);
            var walk = _world.Open(_world.Asked[^1]);
            var answers = Enumerable.Range(0, walk.Layers.Count).Reverse().Aggregate(new List<int>(), (sizes, at) =>
            {
                sizes.Add(walk.Layers[at].Opened.Seal(sizes.Count == 0 ? Entries : new PassAnswer(DropCode.Done, new byte[sizes[^1]])).Length - PassSeal.SecondSize);
                return sizes;
            });
            answers.Reverse();
            for (var place = 0; place < PassLimits.Passers; place++)
            {
                var inHand = walk.Layers[place + 1].Bytes;
                seen[place][inHand] = seen[place].GetValueOrDefault(inHand) + 1;
                // What comes back is as long as what went, so it tells no more.
                Assert.Equal(walk.Layers[place].Bytes - PassSeal.FirstSize, answers[place]);
            }
        }

        // Most of what one in the middle has in hand one before it and one behind it might have, too.
        var both = seen[1].Where(one => seen[0].ContainsKey(one.Key) || seen[2].ContainsKey(one.Key)).Sum(one => one.Value);
        Assert.Equal(100, both);
        Assert.InRange(seen[2].Where(one => seen[1].ContainsKey(one.Key)).Sum(one => one.Value), 50, 95);
        Assert.InRange(seen[0].Where(one => seen[1].ContainsKey(one.Key)).Sum(one => one.Value), 50, 95);
    }

    [Fact]
    public void DeepestNesting_MovesFewTimesTheBytesThatWereSent()
    {
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        ReadOnlyMemory<byte> bytes = new PassSeal(key.PublicKey, new HelloRequest(), SystemRandom.Instance).Seal();
        long moved = bytes.Length;
        var deep = 0;
        while (bytes.Length + 33 <= PassPadding.Longest)
        {
            var next = new PassSeal(key.PublicKey, new PassRequest(Holder, bytes), SystemRandom.Instance).Seal();
            Assert.True(next.Length > bytes.Length * 1.001 && (next.Length > bytes.Length * 1.25 || next.Length > 1 << 20));
            moved += next.Length;
            deep++;
            bytes = next;
        }

        // All of them together pass on less than four times what the one who sent it sent.
        Assert.InRange(deep, 15, 20);
        Assert.True(moved - bytes.Length < 4L * bytes.Length, $"{moved} bytes for {bytes.Length}");
        Assert.ThrowsAny<ArgumentException>(() => new PassSeal(key.PublicKey, new PassRequest(Holder, bytes), SystemRandom.Instance).Seal());
    }

    [Fact]
    public void TheLongestPut_FitsThroughTheLongestChain()
    {
        using var world = new RoutesWorld(40, neverStraight: true, passers: PassLimits.MostPassers);
        var chunk = new byte[MailboxLimits.MaxChunk];
        var items = Enumerable.Range(0, ClientLimits.ChainPutBytes / (BoxEntry.WireSize + chunk.Length)).Select(_ => new PutItem(Rows.Entry(_keys, chunk), chunk)).ToList();
        world.Ask(new PutRequest(_keys.Box, 0, items), Holder);
        var walk = world.Open(world.Asked[0]);
        Assert.Equal(PassLimits.MostPassers + 2, walk.Stops.Count + 1);
        Assert.Equal(items.Count, Assert.IsType<PutRequest>(walk.Layers[^1].Opened.Request).Items.Count);
    }

    private static void Ask(RoutesWorld world, BoxKeys keys, Endpoint holder, ReadFlags flags = ReadFlags.None) =>
        world.Ask(new ReadRequest(keys.Box, flags, 0, 9, []) { Key = keys.Read }, holder, keepsOn: flags.HasFlag(ReadFlags.News));
}
