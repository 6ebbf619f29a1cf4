namespace Kith.Messaging.Tests.World;

/// <summary>Two people who know each other.</summary>
internal sealed class Pair : IDisposable
{
    public Pair(int seed = 1, bool connected = true, bool ownClocks = false)
    {
        Alice = new Person("Alice", seed * 2);
        Bob = new Person("Bob", (seed * 2) + 1, ownClocks ? null : Alice.Clock);
        Net = new Net(Alice, Bob);
        if (connected)
            Connect();
    }

    public Person Alice { get; }

    public Person Bob { get; }

    public Net Net { get; }

    public void Connect()
    {
        var link = Alice.Batch(messenger => messenger.CreateLink(1, TimeSpan.FromDays(7)));
        Bob.Batch(messenger => messenger.AddContact(link.Link, null));
        Net.Run();
        Assert.Equal(ContactState.Connected, Alice.Contact(Bob).State);
        Assert.Equal(ContactState.Connected, Bob.Contact(Alice).State);
    }

    public void Dispose()
    {
        Alice.Dispose();
        Bob.Dispose();
    }
}
