using Kith.Messaging.Finding;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Finding;

/// <summary>Alice, who is found or not, with Bob and Carol, who know her.</summary>
internal sealed class Three : IDisposable
{
    public Three(int seed = 100)
    {
        Alice = new Person("Alice", seed);
        Bob = new Person("Bob", seed + 1, Alice.Clock);
        Carol = new Person("Carol", seed + 2, Alice.Clock);
        Net = new Net(Alice, Bob, Carol);
        foreach (var other in new[] { Bob, Carol })
        {
            var link = Alice.Batch(messenger => messenger.CreateLink(1, null)).Link;
            other.Batch(messenger => messenger.AddContact(link, null));
        }

        Net.Run();
    }

    public Person Alice { get; }

    public Person Bob { get; }

    public Person Carol { get; }

    public Net Net { get; }

    /// <summary>The secrets under which somebody lets a contact find them.</summary>
    public static string[] Given(Person from, Person to) => Hex(from.Messenger.FindableBy().Where(one => one.Contact == to.Id).Select(one => one.Secret));

    /// <summary>Those of the users of links.</summary>
    public static string[] GivenToLinks(Person from) => Hex(from.Messenger.FindableBy().Where(one => one.Contact is null).Select(one => one.Secret));

    /// <summary>The secrets under which somebody looks for a contact.</summary>
    public static string[] Sought(Person by, Person whom) => Hex(by.Messenger.Wanted().Where(one => one.Contact == whom.Id).Select(one => one.Secret));

    /// <summary>Whether somebody who looks for another looks where they are.</summary>
    public static bool Finds(Person by, Person whom) => Sought(by, whom).Intersect(Given(whom, by)).Any();

    public void Issue(params Person[] chosen) => Issue(Alice, chosen);

    public static void Issue(Person by, params Person[] chosen) =>
        by.Batch(messenger => messenger.IssueFindSecrets([.. chosen.Select(person => person.Id)]));

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
        Carol.Dispose();
    }

    private static string[] Hex(IEnumerable<ReadOnlyMemory<byte>> secrets) => [.. secrets.Select(secret => Convert.ToHexString(secret.Span))];
}
