using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Asking;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Asking;

/// <summary>Who holds a box, as others say: what is believed of it, and what is not.</summary>
public sealed class HearsayTests
{
    private readonly HearsayWorld _world = new();
    private readonly BoxAddress _box = BoxAddress.FromBytes(SystemRandom.Instance.NextBytes(BoxAddress.Size));

    [Fact]
    public void WhatTwoSay_IsBelieved_AndWhatOneSays_IsNot()
    {
        _world.Honest(4, holders: 10);
        var liar = _world.Passers[0];
        _world.Says[liar] = _ => [.. Enumerable.Range(0, 20).Select(i => _world.Holder(500 + i))];
        Assert.Equal(10, _world.Find(_box).Count);
        Assert.All(_world.Find(_box), holder => Assert.Contains(holder, _world.Holders.Select(one => one.At)));
        Assert.All(_world.Holders, holder => Assert.Equal(holder.Key, _world.Hearsay.KeyOf(holder.At)));
    }

    [Fact]
    public void AnotherKey_ForAHolderThatIsThere_IsNotBelieved()
    {
        _world.Honest(3, holders: 8);
        _world.Says[_world.Passers[1]] = _ => [.. _world.Holders.Select(one => one with { Key = HearsayWorld.NewKey() })];
        Assert.Equal(8, _world.Find(_box).Count);
        Assert.All(_world.Holders, holder => Assert.Equal(holder.Key, _world.Hearsay.KeyOf(holder.At)));
    }

    [Fact]
    public void OneWhoIsAlone_IsBelieved_AndWhereTwoAreKnownOneIsNot()
    {
        _world.Honest(1, holders: 7);
        Assert.Equal(7, _world.Find(_box).Count);

        var other = new HearsayWorld();
        other.Honest(2, holders: 7);
        other.Says[other.Passers[1]] = null;
        Assert.Empty(other.Find(_box));
        // Asked again, and answered by both.
        other.Says.Remove(other.Passers[1]);
        other.Now += FindLimits.LastPause;
        Assert.Equal(7, other.Find(_box).Count);
    }

    [Fact]
    public void OneWhoIsLeft_WhereOthersWereMadeToFail_IsNotBelieved_AndNeitherIsOneUnderTwoNames()
    {
        _world.Honest(1, holders: 7);
        _world.Gone = 2;
        Assert.Empty(_world.Find(_box));

        var twice = new HearsayWorld();
        twice.Honest(2, holders: 7);
        twice.Keys[twice.Passers[0]] = twice.Keys[twice.Passers[1]] = HearsayWorld.NewKey();
        Assert.Empty(twice.Find(_box));
    }

    [Fact]
    public void LiarWithAnotherKey_StaysDistrusted()
    {
        _world.Honest(2, holders: 8);
        var found = _world.Find(_box);
        _world.Hearsay.Distrust(_world.Now, found[0]);
        _world.Now += FindLimits.FirstPause;
        _world.Hearsay.KeyFailed(_world.Now, found[0]);
        Assert.Equal(found.Skip(1), _world.Find(_box));
    }

    [Fact]
    public void OneWhoIsSlow_IsNotWaitedForWhereTwoHaveAnswered()
    {
        _world.Honest(3, holders: 7);
        _world.Silent.Add(_world.Passers[2]);
        var began = _world.Now;
        Assert.Equal(7, _world.Find(_box).Count);
        Assert.InRange(_world.Now - began, 0, FindLimits.Doubt + 1_000);
    }

    [Fact]
    public void NobodyToAsk_IsWaitedForAndThenSaid()
    {
        var began = _world.Now;
        Assert.Empty(_world.Find(_box));
        Assert.InRange(_world.Now - began, FindLimits.SearchPatience, FindLimits.SearchPatience + 1_000);
    }

    [Fact]
    public void InALargeNetwork_TheNearestAreFound_AndNobodyIsToldMoreThanAPart()
    {
        _world.Honest(3, holders: 2_000);
        var nearest = _world.Holders.OrderBy(one => one.At, Comparer<Endpoint>.Create((a, b) => _box.CompareDistance(RoomKey.PlaceOf(a), RoomKey.PlaceOf(b)))).Take(MailboxLimits.Asked).Select(one => one.At).ToList();
        var found = _world.Find(_box);
        Assert.Equal(MailboxLimits.Asked, found.Count);
        Assert.Equal(nearest.Take(MailboxLimits.Holders), found.Take(MailboxLimits.Holders));
        // The bits that are told leave several holders, and far more boxes.
        var deepest = _world.Asked.Max(one => one.Depth);
        Assert.InRange(deepest, 4, 10);
        var asked = _world.Asked.Count;
        _ = _world.Find(_box);
        Assert.Equal(asked, _world.Asked.Count);
    }

    [Fact]
    public void SilentHolder_IsPassedOverForAWhile_AndALiarForADay()
    {
        _world.Honest(2, holders: 8);
        var found = _world.Find(_box);
        _world.Hearsay.Failed(_world.Now, found[0]);
        _world.Hearsay.Distrust(_world.Now, found[1]);
        Assert.Equal(found.Skip(2), _world.Find(_box));
        _world.Now += DirectoryLimits.FirstSilence;
        Assert.Equal([found[0], .. found.Skip(2)], _world.Find(_box));
        _world.Now += DirectoryLimits.Distrust;
        Assert.Equal(found, _world.Find(_box));
    }

    [Fact]
    public void HolderWithAnotherKey_IsAskedForAnew()
    {
        _world.Honest(2, holders: 8);
        var found = _world.Find(_box);
        _world.Now += FindLimits.FirstPause;
        var at = _world.Holders.FindIndex(one => one.At == found[0]);
        _world.Holders[at] = new FoundHolder(found[0], HearsayWorld.NewKey());
        _world.Hearsay.KeyFailed(_world.Now, found[0]);
        Assert.Equal(8, _world.Find(_box).Count);
        Assert.Equal(_world.Holders[at].Key, _world.Hearsay.KeyOf(found[0]));
    }

    [Fact]
    public void HostileLists_NeverThrow_AndAreBounded()
    {
        var random = new Random(7);
        _world.Honest(3, holders: 30);
        foreach (var passer in _world.Passers)
            _world.Says[passer] = request => random.Next(3) == 0 ? null : [.. Enumerable.Range(0, random.Next(WireLimits.MaxFound)).Select(_ => _world.Holder(random.Next(200)))];
        for (var i = 0; i < 300; i++)
        {
            Assert.InRange(_world.Find(BoxAddress.FromBytes(SystemRandom.Instance.NextBytes(BoxAddress.Size))).Count, 0, MailboxLimits.Asked);
            _world.Now += random.Next(100_000);
        }
    }

    private sealed class HearsayWorld : IHearsayWorld
    {
        private readonly Queue<Action> _told = new();

        public HearsayWorld() => Hearsay = new Hearsay(this);

        public Hearsay Hearsay { get; }

        public long Now { get; set; } = 1_790_000_000_000;

        public List<FoundHolder> Holders { get; } = [];

        public List<Endpoint> Passers { get; } = [];

        public Dictionary<Endpoint, Func<FindRequest, IReadOnlyList<FoundHolder>?>?> Says { get; } = [];

        public HashSet<Endpoint> Silent { get; } = [];

        public List<FindRequest> Asked { get; } = [];

        public static X25519PublicKey NewKey()
        {
            using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
            return key.PublicKey;
        }

        public FoundHolder Holder(int number) => new(Endpoint.FromIPv4(0x0800_0005 + ((uint)number << 8), 7300), NewKey());

        public void Honest(int passers, int holders)
        {
            Holders.AddRange(Enumerable.Range(0, holders).Select(Holder));
            Passers.AddRange(Enumerable.Range(0, passers).Select(i => Endpoint.FromIPv6(0xFD00_0000_0000_0000 | (ulong)i << 16, 1, 1)));
        }

        IReadOnlyList<Endpoint> IHearsayWorld.Passers(long now) => Passers;

        public int Known => Passers.Count + Gone;

        /// <summary>Passers that are known and cannot be asked now.</summary>
        public int Gone { get; set; }

        public Dictionary<Endpoint, X25519PublicKey> Keys { get; } = [];

        public void Ask(Endpoint passer, FindRequest request, Action<long, FoundAnswer?, X25519PublicKey> told)
        {
            Asked.Add(request);
            if (Silent.Contains(passer))
                return;
            _told.Enqueue(() =>
            {
                var said = Says.TryGetValue(passer, out var says) ? says?.Invoke(request) : Nearest(request);
                if (!Keys.ContainsKey(passer))
                    Keys[passer] = NewKey();
                told(Now, said is null ? null : new FoundAnswer(DropCode.Done, said), Keys[passer]);
            });
        }

        public IReadOnlyList<Endpoint> Find(BoxAddress box)
        {
            IReadOnlyList<Endpoint>? found = null;
            Hearsay.Find(Now, box, MailboxLimits.Asked, (_, holders) => found = holders);
            while (found is null)
            {
                while (_told.TryDequeue(out var tell))
                    tell();
                Now = Math.Max(Now, Hearsay.NextDeadline);
                Hearsay.Tick(Now);
            }

            return found;
        }

        private List<FoundHolder> Nearest(FindRequest request)
        {
            var around = RoomKey.AddressAt(request.Prefix);
            return [.. Holders.OrderBy(one => one.At, Comparer<Endpoint>.Create((a, b) => around.CompareDistance(RoomKey.PlaceOf(a), RoomKey.PlaceOf(b)))).Take(FindLimits.Holders)];
        }
    }
}
