using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Service;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Directory;

public sealed class OnionFinderTests : IOnionFinderWorld, IDisposable
{
    private readonly SimulatedRandom _random = new(9);
    private readonly ForwarderBook _book;
    private readonly OnionFinder _finder;
    private readonly List<OnionPoint> _asked = [];
    private readonly X25519PrivateKey _key;
    private readonly OnionPoint _entry;
    private long _now = Forwarders.Now;

    public OnionFinderTests()
    {
        _book = new ForwarderBook(() => _finder!.Networks, _random);
        _finder = new OnionFinder(this, _book, _random);
        _key = X25519PrivateKey.Generate(_random);
        _entry = Point();
    }

    void IOnionFinderWorld.Ask(OnionPoint neighbour) => _asked.Add(neighbour);

    public void Dispose() => _key.Dispose();

    [Fact]
    public void EntryPoint_IsAskedAtOnce_AndThenThoseItNamed()
    {
        _finder.SetEntries(_now, [_entry]);
        Assert.Equal([_entry], _asked);
        Assert.Equal(OnionEntryState.Asked, _finder.Entries.Single().State);
        var named = Point();

        _finder.Listed(_now + 50, _entry, _key.PublicKey, new ListedFrame(true, [Make(_key, Forwarders.At(1), _entry), Make(Forwarders.At(2), named), Make(Forwarders.At(3), null)]));

        Assert.Equal([_entry, named], _asked);
        Assert.Equal(3, _book.Count);
        Assert.Equal(new OnionEntry(_entry, OnionEntryState.Answered, null, 50), _finder.Entries.Single());
    }

    [Fact]
    public void WhatCameThroughOneEntryPoint_IsAQuarterOfTheView_HoweverManyServicesSayIt()
    {
        _finder.SetEntries(_now, [_entry]);
        // It names services of its own, and each of them names others and speaks for itself.
        var services = Enumerable.Range(0, 5).ToDictionary(_ => Point(), _ => X25519PrivateKey.Generate(_random));
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(false, [.. services.Select((one, i) => Make(one.Value, Forwarders.At(100 + i), one.Key))]));
        for (var turn = 0; turn < 10; turn++)
        {
            foreach (var asked in _asked.Except([_entry]).ToList())
            {
                var key = services[asked];
                var lies = Enumerable.Range(0, 20).Select(i => Make(Forwarders.At((turn * 1_000) + _random.NextInt32(100_000)), null));
                _finder.Listed(_now, asked, key.PublicKey, new ListedFrame(true, [Make(key, Forwarders.At(_random.NextInt32(100_000)), asked), .. lies]));
            }

            _finder.Tick(_now += 1_000);
        }

        Assert.True(_book.Count > 2 * DirectoryLimits.ShareOfNeighbour);
        Assert.Equal(DirectoryLimits.ShareOfNeighbour, _book.View(_now).Count);
        foreach (var key in services.Values)
            key.Dispose();
    }

    [Fact]
    public void EntryPointThatFloodsTheBook_PushesOutNothingOfAnothers()
    {
        var honest = Point();
        _finder.SetEntries(_now, [_entry, honest]);
        using var key = X25519PrivateKey.Generate(_random);
        var said = Enumerable.Range(0, 20).Select(i => Make(Forwarders.At(i), null)).ToList();
        _finder.Listed(_now, honest, key.PublicKey, new ListedFrame(false, said));
        _now += 1_000;
        for (var round = 0; round < 40; round++)
        {
            // Made ahead of our clock, in the prefixes of the others, and elsewhere, and nowhere.
            _now += DirectoryLimits.MaxAhead - 1_000;
            var lies = Enumerable.Range(0, DirectoryLimits.MaxListed).Select(i => Make(Forwarders.At(round < 20 ? i : _random.NextInt32(100_000), (byte)(2 + round)), Point())).ToList();
            _now -= DirectoryLimits.MaxAhead - 1_000;
            foreach (var lie in lies)
                _book.Add(_now, lie, ForwarderBook.GroupOf(_entry));
        }

        Assert.All(said, one => Assert.NotNull(_book.Find(one.Key)));
        Assert.Equal(OnionLimits.MaxOfSponsor + said.Count, _book.Count);
        Assert.Equal(DirectoryLimits.ShareOfNeighbour + said.Count, _book.View(_now).Count);
    }

    [Fact]
    public void WhatTwoEntryPointsSaid_IsNotPushedOutByTheFirstOfThem()
    {
        var other = Point();
        _finder.SetEntries(_now, [_entry, other]);
        var both = Make(Forwarders.At(1), null);
        Assert.True(_book.Add(_now, both, ForwarderBook.GroupOf(_entry)));
        _book.Add(_now, both, ForwarderBook.GroupOf(other));
        for (var i = 0; i < 2 * OnionLimits.MaxOfSponsor; i++)
        {
            _now += 1_000;
            _book.Add(_now, Make(Forwarders.At(100 + i), null), ForwarderBook.GroupOf(_entry));
        }

        Assert.NotNull(_book.Find(both.Key));
        Assert.Equal(OnionLimits.MaxOfSponsor, _book.Count);
    }

    [Fact]
    public void EntryPointThatNamesManyWhoNeverAnswer_KeepsNoneOfAnotherWaiting()
    {
        var other = Point();
        _finder.SetEntries(_now, [_entry, other]);
        for (var i = 0; i < 3; i++)
            _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(false, [.. Enumerable.Range(0, 32).Select(n => Make(Forwarders.At((i * 100) + n), Point()))]));
        // One of them at a time, and none that waits for nothing.
        Assert.Equal(3, _asked.Count);
        Assert.True(_finder.NextDeadline > _now);
        var named = Point();
        using var key = X25519PrivateKey.Generate(_random);
        _finder.Listed(_now, other, key.PublicKey, new ListedFrame(false, [Make(Forwarders.At(900), named)]));
        Assert.Equal(4, _asked.Count);
        Assert.Equal(named, _asked[^1]);
        // Entry points have the turn that is left.
        _finder.Tick(_now += OnionLimits.LastPause);
        Assert.Contains(_entry, _asked.Skip(4));
    }

    [Fact]
    public void ServiceThatAnotherAnswersAt_IsNotHeard()
    {
        _finder.SetEntries(_now, [_entry]);
        var named = Point();
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(false, [Make(Forwarders.At(2), named)]));
        Assert.Equal(named, _asked[^1]);
        using var key = X25519PrivateKey.Generate(_random);
        _finder.Listed(_now, named, key.PublicKey, new ListedFrame(true, [Make(key, Forwarders.At(3), named), Make(Forwarders.At(4), null)]));
        Assert.Equal(1, _book.Count);
        Assert.False(_book.All.Single().IsSilent);
    }

    [Fact]
    public void EntryPointThatDies_IsTriedAgainAndAgain_AndSaysWhy_AndItsForwarderIsSeldomDrawn()
    {
        _finder.SetEntries(_now, [_entry]);
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(true, [Make(_key, Forwarders.At(1), _entry)]));
        for (var i = 0; i < 6; i++)
        {
            while (_asked.Count < i + 2)
                _finder.Tick(_now = Math.Max(_now + 1, _finder.NextDeadline));
            _finder.Failed(_now, _entry, "nobody is there");
        }

        Assert.Equal(("nobody is there", OnionEntryState.Failed), (_finder.Entries.Single().Problem, _finder.Entries.Single().State));
        var chooser = new PathChooser(_book, _random);
        Assert.Equal(1.0 / (1 << PathLimits.MaxDoubts), chooser.WeightOf(Forwarders.Now, _book.Find(_key.PublicKey)!), 3);
        // It is back.
        while (_asked.Count < 8)
            _finder.Tick(_now = Math.Max(_now + 1, _finder.NextDeadline));
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(true, [Make(_key, Forwarders.At(1), _entry)]));
        Assert.Equal(OnionEntryState.Answered, _finder.Entries.Single().State);
        Assert.False(_book.Find(_key.PublicKey)!.IsSilent);
    }

    [Fact]
    public void AnswerThatNeverComes_IsAFailure_AndAnotherThatWasNamedIsForgottenAfterSome()
    {
        _finder.SetEntries(_now, [_entry]);
        var named = Point();
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(false, [Make(Forwarders.At(2), named)]));
        for (var i = 0; i < 200 && _finder.NextDeadline < long.MaxValue; i++)
            _finder.Tick(_now = Math.Max(_now + 1, _finder.NextDeadline));
        Assert.Equal(OnionLimits.Patience, _asked.Count(one => one == named));
        Assert.True(_asked.Count(one => one == _entry) > OnionLimits.Patience);
        Assert.Equal("it did not answer in time", _finder.Entries.Single().Problem);
    }

    [Fact]
    public void AddressesOfAHouse_AreTakenOnlyWhereEveryEntryPointIsThere()
    {
        var other = Point();
        _finder.SetEntries(_now, [_entry, other]);
        var home = Endpoint.FromIPv4(0x7F00_0001, 4711);
        // From somebody of the internet: left out.
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(true, [Make(_key, Forwarders.At(1), _entry), Make(home, Point())]));
        Assert.Equal(1, _book.Count);
        // From another entry point that says it is at home: left out, as the first is not.
        using var key = X25519PrivateKey.Generate(_random);
        _finder.Listed(_now, other, key.PublicKey, new ListedFrame(true, [Make(key, home, other), Make(Endpoint.FromIPv4(0x7F00_0001, 4712), Point())]));
        Assert.Equal(1, _book.Count);
    }

    [Fact]
    public void WhereAllAreOnLoopback_EachCountsForItself()
    {
        _finder.SetEntries(_now, [_entry]);
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(true, [Make(_key, Home(1), _entry), Make(Home(2), Point()), Make(Home(3), null)]));
        Assert.Equal(3, _book.View(_now).Select(static one => one.Group).Distinct().Count());
    }

    [Fact]
    public void ListThatNobodyAskedFor_IsNotTaken()
    {
        _finder.SetEntries(_now, [_entry]);
        _finder.Listed(_now, Point(), _key.PublicKey, new ListedFrame(false, [Make(Forwarders.At(2), Point())]));
        Assert.Equal(0, _book.Count);
        _finder.SetEntries(_now, []);
        Assert.Empty(_finder.Entries);
        _finder.Listed(_now, _entry, _key.PublicKey, new ListedFrame(false, [Make(Forwarders.At(2), Point())]));
        Assert.Equal(0, _book.Count);
        Assert.Equal(long.MaxValue, _finder.NextDeadline);
    }

    [Fact]
    public void FormerSelf_IsNobodysForwarder()
    {
        _book.Former = _key.PublicKey;
        Assert.False(_book.Add(_now, Make(_key, Forwarders.At(1), _entry), ForwarderBook.Itself));
    }

    private static Endpoint Home(ushort port) => Endpoint.FromIPv4(0x7F00_0001, port);

    private OnionPoint Point()
    {
        using var key = Ed25519PrivateKey.Generate(_random);
        return new OnionPoint(key.PublicKey, 7300);
    }

    private ForwarderDescriptor Make(Endpoint endpoint, OnionPoint? onion)
    {
        using var key = X25519PrivateKey.Generate(_random);
        return Make(key, endpoint, onion);
    }

    private ForwarderDescriptor Make(X25519PrivateKey key, Endpoint endpoint, OnionPoint? onion)
    {
        using var forwarding = X25519PrivateKey.Generate(_random);
        return ForwarderDescriptor.Sign(key, _now, [new PublicForwardingKey(Forwarders.Epoch, forwarding.PublicKey)], [endpoint], onion, _random);
    }
}
