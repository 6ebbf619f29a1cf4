using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Conversations;

public sealed class CausalOrderTests
{
    [Fact]
    public void MessageInBetweenIsMissing_TheGapIsShownAndHealed()
    {
        using var pair = new Pair();
        var texts = new[] { "one", "two", "three" };
        foreach (var text in texts)
            pair.Alice.Say(pair.Bob, text);
        var envelopes = pair.Alice.Outbox.Load(pair.Bob.Id, -1, 10).Select(item => item.Envelope!.Value.ToArray()).ToArray();
        pair.Net.Deliver(pair.Alice, pair.Bob, envelopes[0], envelopes[2]);
        Assert.Equal([false, true], pair.Bob.With(pair.Alice).Select(message => message.Missing));

        // What Bob writes meanwhile stands after what he has seen.
        pair.Bob.Say(pair.Alice, "answer");
        pair.Bob.Crash();
        pair.Net.Deliver(pair.Alice, pair.Bob, envelopes[1]);
        Assert.Equal(["one", "two", "three", "answer"], pair.Bob.With(pair.Alice).Select(message => message.Text));
        Assert.All(pair.Bob.With(pair.Alice), message => Assert.False(message.Missing));
        Assert.Contains(pair.Bob.Effects.Events, happened => happened is MessengerEvent.MessageChanged { IsNew: false, Message.Text: "three" });
        pair.Net.Run();
        Assert.Equal(["one", "two", "three", "answer"], pair.Alice.With(pair.Bob).Select(message => message.Text));
    }

    [Fact]
    public void ClocksThatLie_ChangeNothing()
    {
        using var pair = new Pair(ownClocks: true);
        pair.Alice.Clock.Advance(TimeSpan.FromDays(400));
        pair.Bob.Clock.Advance(TimeSpan.FromDays(-30));
        for (var i = 0; i < 3; i++)
        {
            pair.Alice.Say(pair.Bob, $"a{i}");
            pair.Net.Run();
            pair.Bob.Say(pair.Alice, $"b{i}");
            pair.Net.Run();
        }

        Assert.Equal(["a0", "b0", "a1", "b1", "a2", "b2"], pair.Alice.With(pair.Bob).Select(message => message.Text));
        Assert.Equal(["a0", "b0", "a1", "b1", "a2", "b2"], pair.Bob.With(pair.Alice).Select(message => message.Text));

        // From the future is from now; from the past stays what it says.
        Assert.All(pair.Bob.With(pair.Alice), message => Assert.True(message.SentAt <= pair.Bob.Clock.Now));
        Assert.All(pair.Alice.With(pair.Bob).Where(message => !message.FromMe), message => Assert.True(message.SentAt < message.ReceivedAt));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void AnyInterleavingLossAndOrder_BothEndWithTheSameHistory(int seed)
    {
        using var pair = new Pair(seed, ownClocks: true);
        var random = new Random(seed);
        var people = new[] { pair.Alice, pair.Bob };
        var onTheWay = new List<(Person From, Person To, MessageId Id, byte[] Envelope)>();
        for (var step = 0; step < 120; step++)
        {
            var from = people[random.Next(2)];
            var to = from == pair.Alice ? pair.Bob : pair.Alice;
            from.Clock.Advance(TimeSpan.FromSeconds(random.Next(-100_000, 100_000)));
            switch (random.Next(4))
            {
                case 0 or 1:
                    from.Say(to, $"{from.Name} {step}");
                    foreach (var item in from.Outbox.Load(to.Id, -1, 1000).TakeLast(1))
                        onTheWay.Add((from, to, item.Id, item.Envelope!.Value.ToArray()));
                    break;
                case 2 when onTheWay.Count > 0:
                    // Any of them, in any order, perhaps again.
                    var picked = random.Next(onTheWay.Count);
                    var (sender, receiver, _, envelope) = onTheWay[picked];
                    pair.Net.Deliver(sender, receiver, envelope);
                    if (random.Next(3) > 0)
                        onTheWay.RemoveAt(picked);
                    break;
                default:
                    if (random.Next(4) == 0)
                        from.Crash();
                    break;
            }
        }

        pair.Net.Pass(TimeSpan.FromMinutes(1));
        pair.Net.Pass(TimeSpan.FromMinutes(1));
        var alice = pair.Alice.With(pair.Bob);
        var bob = pair.Bob.With(pair.Alice);
        Assert.True(alice.Select(message => message.Id).SequenceEqual(bob.Select(message => message.Id)), $"seed {seed}: not the same order");
        Assert.Equal(alice.Select(message => message.Text), bob.Select(message => message.Text));
        Assert.All(alice.Concat(bob), message => Assert.False(message.Missing, $"seed {seed}: a gap was not healed"));
        foreach (var name in new[] { "Alice", "Bob" })
        {
            // Each person's own words in the order in which they were written.
            var steps = alice.Where(message => message.Text.StartsWith(name, StringComparison.Ordinal)).Select(message => int.Parse(message.Text.Split(' ')[1])).ToArray();
            Assert.Equal(steps.Order(), steps);
        }

        Assert.Equal(0, pair.Alice.Outbox.Count() + pair.Bob.Outbox.Count());
    }
}
