using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Paths;
using Kith.Forwarding.Tests.Directory;
using Kith.Simulation.Network;

namespace Kith.Forwarding.Tests.Paths;

public sealed class PathChooserTests
{
    private readonly SimulatedRandom _random = new(3);

    [Fact]
    public void Draw_NeverTwoOfOnePrefix()
    {
        var book = new ForwarderBook(static () => Forwarders.Abroad, _random);
        for (var i = 0; i < 24; i++)
            book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(i / 4, (byte)(i + 1))), ForwarderBook.Itself);
        var chooser = new PathChooser(book, _random);
        for (var i = 0; i < 500; i++)
            Assert.Equal(5, chooser.TryDraw(Forwarders.Now, 5, new PathExclusions())!.Select(static one => one.Group).Distinct().Count());
        Assert.Null(chooser.TryDraw(Forwarders.Now, 7, new PathExclusions()));
    }

    [Fact]
    public void Draw_TwoPaths_ShareNobody()
    {
        var book = Forwarders.Book(_random, 12);
        var chooser = new PathChooser(book, _random);
        for (var i = 0; i < 200; i++)
        {
            var one = chooser.TryDraw(Forwarders.Now, 3, new PathExclusions())!;
            var other = chooser.TryDraw(Forwarders.Now, 3, new PathExclusions().Add(one))!;
            Assert.Empty(one.Intersect(other));
        }
    }

    [Fact]
    public void Draw_ContactsOnlyWhereThereAreNotEnoughOthers()
    {
        var book = Forwarders.Book(_random, 8);
        var chooser = new PathChooser(book, _random);
        var contacts = book.All.Take(5).Select(static one => one.Descriptor.Key).ToHashSet();
        chooser.SetContacts(contacts, []);
        for (var i = 0; i < 200; i++)
            Assert.DoesNotContain(chooser.TryDraw(Forwarders.Now, 3, new PathExclusions())!, one => contacts.Contains(one.Descriptor.Key));
        Assert.NotNull(chooser.TryDraw(Forwarders.Now, 4, new PathExclusions()));
    }

    [Fact]
    public void Draw_DoubtedAndOld_LessOften()
    {
        var book = new ForwarderBook(static () => Forwarders.Abroad, _random);
        for (var i = 0; i < 10; i++)
            book.Add(Forwarders.Now, Forwarders.Make(_random, Forwarders.At(i), Forwarders.Now - (i == 0 ? DirectoryLimits.Lifetime : 0)), ForwarderBook.Itself);
        var chooser = new PathChooser(book, _random);
        var all = book.All.OrderBy(static one => one.Descriptor.MadeAt).ToList();
        for (var i = 0; i < 10; i++)
            chooser.Failed(Forwarders.Now, [all[1].Descriptor.Key], Forwarders.Now);
        var drawn = all.ToDictionary(static one => one, static _ => 0);
        for (var i = 0; i < 3_000; i++)
            drawn[chooser.TryDraw(Forwarders.Now, 1, new PathExclusions())![0]]++;
        Assert.InRange(drawn[all[0]], 1, 150);
        Assert.InRange(drawn[all[1]], 1, 100);
        Assert.InRange(drawn[all[5]], 250, 600);

        // It comes back by itself, and at once when a path over it has worked.
        Assert.Equal(PathLimits.MaxDoubts, chooser.DoubtsOf(Forwarders.Now, all[1].Descriptor.Key));
        Assert.Equal(0, chooser.DoubtsOf(Forwarders.Now + (PathLimits.MaxDoubts * PathLimits.DoubtTime), all[1].Descriptor.Key));
        chooser.Succeeded([all[1].Descriptor.Key], Forwarders.Now);
        Assert.Equal(0, chooser.DoubtsOf(Forwarders.Now, all[1].Descriptor.Key));
    }

    [Fact]
    public void Doubt_FallsOnWhoHasBroughtNothingSince()
    {
        var book = new ForwarderBook(static () => Forwarders.Abroad, _random);
        var chooser = new PathChooser(book, _random);
        X25519PublicKey[] keys = [.. Enumerable.Range(0, 3).Select(i => Forwarders.Make(_random, Forwarders.At(i), Forwarders.Now).Key)];
        // Two of three have brought something that was sent later.
        chooser.Succeeded([keys[0], keys[1]], Forwarders.Now);
        chooser.Failed(Forwarders.Now + 1, keys, Forwarders.Now - 1);
        Assert.Equal([0, 0, 1], Doubts());
        // What was under way before says nothing of what failed since.
        chooser.Failed(Forwarders.Now + 1, keys, Forwarders.Now + 1);
        Assert.Equal([1, 1, 2], Doubts());
        chooser.Succeeded([keys[2]], Forwarders.Now);
        Assert.Equal([1, 1, 2], Doubts());
        chooser.Succeeded([keys[2]], Forwarders.Now + 1);
        Assert.Equal([1, 1, 0], Doubts());

        IEnumerable<int> Doubts() => keys.Select(key => chooser.DoubtsOf(Forwarders.Now + 1, key));
    }
}
