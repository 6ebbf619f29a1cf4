using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Forwarding.Paths;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Directory;

public sealed class ForwarderBookTests
{
    [Fact]
    public void ClockThatIsBehindTheTimesGiven_DescriptorsGoByIt()
    {
        const long hours = 8 * 60 * 60_000;
        var random = new SimulatedRandom(31);
        var book = new ForwarderBook(static () => Forwarders.Abroad, random);
        var made = Forwarders.Make(random, Forwarders.At(1));
        Assert.False(book.Add(Forwarders.Now + hours, made, ForwarderBook.Itself));
        book.Behind = hours;
        Assert.True(book.Add(Forwarders.Now + hours, made, ForwarderBook.Itself));
        Assert.Single(book.View(Forwarders.Now + hours));
        Assert.Equal(1, new PathChooser(book, random).WeightOf(Forwarders.Now + hours, book.All.Single()));
        Assert.Equal(ForwardingEpoch.At(Forwarders.Now), book.EpochAt(Forwarders.Now + hours));
        Assert.Equal(book.EpochAt(Forwarders.Now) + 1, book.EpochAt(book.StartOf(book.EpochAt(Forwarders.Now) + 1)));
        Assert.Empty(book.View(Forwarders.Now + hours + DirectoryLimits.Lifetime + 1));
    }


    private readonly SimulatedRandom _random = new(2);
    private readonly ForwarderBook _book;

    public ForwarderBookTests() => _book = new ForwarderBook(static () => Forwarders.Abroad, _random);

    [Fact]
    public void Add_OwnOldOrUnreachable_IsRefused()
    {
        using var key = X25519PrivateKey.Generate(_random);
        _book.Own = key.PublicKey;
        Assert.False(_book.Add(Forwarders.Now, Forwarders.Make(_random, key, Forwarders.At(1)), 1));
        Assert.False(_book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(1), Forwarders.Now - DirectoryLimits.Lifetime - 1), 1));
        Assert.False(_book.Add(Forwarders.Now, Forwarders.Make(_random, Endpoint.FromIPv4(0x7F00_0001, 4711)), 1));
        Assert.False(_book.Add(Forwarders.Now, Forwarders.Make(_random, Endpoint.FromIPv4(0x0A00_0001, 4711)), 1));
        Assert.Equal(0, _book.Count);
    }

    [Fact]
    public void Add_OlderThanKnown_DoesNotReplaceIt()
    {
        using var key = X25519PrivateKey.Generate(_random);
        var newer = Forwarders.Make(_random, key, Forwarders.At(1), Forwarders.Now);
        var older = Forwarders.Make(_random, key, Forwarders.At(2), Forwarders.Now - 1);
        Assert.True(_book.Add(Forwarders.Now, newer, 1));
        Assert.False(_book.Add(Forwarders.Now, older, 2));
        Assert.Same(newer, _book.Find(key.PublicKey)!.Descriptor);
    }

    [Fact]
    public void Add_ManyOfOnePrefix_KeepsFew()
    {
        for (var i = 0; i < 50; i++)
            _book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(1, (byte)(i + 1))), (ulong)i + 1);
        Assert.Equal(DirectoryLimits.MaxPerPrefix, _book.Count);
    }

    [Fact]
    public void View_OfOneNeighboursWord_TakesItsShareAlone()
    {
        for (var i = 0; i < 80; i++)
            _book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(i)), 1);
        Assert.Equal(DirectoryLimits.ShareOfNeighbour, _book.View(Forwarders.Now).Count);
        var other = _book.All.Last().Descriptor;
        _book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(200)), 2);
        Assert.Equal(DirectoryLimits.ShareOfNeighbour + 1, _book.View(Forwarders.Now).Count);
        Assert.NotNull(other);
    }

    [Fact]
    public void View_HasTheNewestHundred()
    {
        for (var i = 0; i < 150; i++)
            _book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(i), Forwarders.Now - (i < 50 ? 2 * DirectoryLimits.RenewAfter : 0)), ForwarderBook.Itself);
        var view = _book.View(Forwarders.Now);
        Assert.Equal(DirectoryLimits.View, view.Count);
        Assert.All(view, static one => Assert.Equal(Forwarders.Now, one.Descriptor.MadeAt));
    }

    [Fact]
    public void View_LetsGoOfWhatIsOutOfDate()
    {
        _book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(1)), 1);
        Assert.Single(_book.View(Forwarders.Now));
        Assert.Empty(_book.View(Forwarders.Now + DirectoryLimits.Lifetime + 1));
        Assert.Equal(0, _book.Count);
    }
}
