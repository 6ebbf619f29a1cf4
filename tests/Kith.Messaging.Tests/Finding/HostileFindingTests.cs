using Google.Protobuf;
using Kith.Messaging.Content;
using Kith.Messaging.Finding;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Finding;

/// <summary>A contact whose program says what it likes about find secrets.</summary>
public sealed class HostileFindingTests
{
    private static ContentMessage Secret(long number, byte fill, int size = FindKeys.Size) =>
        new() { FindSecret = new FindSecretContent { Number = number, Secret = ByteString.CopyFrom([.. Enumerable.Repeat(fill, size)]) } };

    private static ContentMessage Taken(long number) => new() { FindSecretTaken = new FindSecretTakenContent { Number = number } };

    private static void Receive(Pair pair, ContentMessage content) => pair.Net.Deliver(pair.Bob, pair.Alice, Forger.Seal(pair.Bob, pair.Alice, content));

    [Fact]
    public void ImpossibleSecrets_AreIgnored()
    {
        using var pair = new Pair();
        var before = Three.Sought(pair.Alice, pair.Bob);
        foreach (var content in new[]
        {
            Secret(0, 1), Secret(-5, 1), Secret(long.MaxValue, 1), Secret(ContentLimits.MaxFindNumber + 1, 1), Secret(5, 0), Secret(5, 1, 31), Secret(5, 1, 33), Secret(5, 1, 0),
        })
        {
            Receive(pair, content);
        }

        Assert.Equal(before, Three.Sought(pair.Alice, pair.Bob));
    }

    [Fact]
    public void FloodOfSecrets_LeavesTwoAndOneAnswer()
    {
        using var pair = new Pair();
        for (var i = 1; i <= 50; i++)
            Receive(pair, Secret(i, (byte)i));
        Assert.Equal(IssuedSecrets.MaxReceived + 1, Three.Sought(pair.Alice, pair.Bob).Length);
        Assert.Equal(1, pair.Alice.Outbox.Count());
    }

    [Fact]
    public void LowerNumber_IsNotTaken()
    {
        using var pair = new Pair();
        Receive(pair, Secret(10, 1));
        Receive(pair, Secret(9, 2));
        Assert.StartsWith("0101", Three.Sought(pair.Alice, pair.Bob)[0], StringComparison.Ordinal);
        Assert.Equal(2, Three.Sought(pair.Alice, pair.Bob).Length);
    }

    [Fact]
    public void OtherSecretOfTheSameNumber_IsTheLaterOne()
    {
        using var pair = new Pair();
        Receive(pair, Secret(10, 1));
        Receive(pair, Secret(10, 3));
        Receive(pair, Secret(10, 3));
        Assert.StartsWith("0303", Three.Sought(pair.Alice, pair.Bob)[0], StringComparison.Ordinal);
        Assert.Equal(3, Three.Sought(pair.Alice, pair.Bob).Length);
    }

    [Fact]
    public void AnswerForWhatWasNeverGiven_ChangesNothing()
    {
        using var pair = new Pair();
        var before = Three.Given(pair.Alice, pair.Bob);
        Receive(pair, Taken(5));
        Receive(pair, Taken(ContentLimits.MaxFindNumber));
        Receive(pair, Taken(-1));
        Assert.Equal(before, Three.Given(pair.Alice, pair.Bob));
        Assert.Equal(0, pair.Alice.Outbox.Count());
    }

    [Fact]
    public void AnswerWithTheHighestNumber_EndsTheRace()
    {
        using var pair = new Pair();
        Three.Issue(pair.Alice, pair.Bob);
        for (var i = 0; i < 5; i++)
            Receive(pair, Taken(ContentLimits.MaxFindNumber));
        Assert.InRange(Three.Given(pair.Alice, pair.Bob).Length, 1, IssuedSecrets.MaxUnderWay + 1);
        Assert.InRange(pair.Alice.Outbox.Count(), 0, 1);
    }

    [Fact]
    public void AnswerOfOneLeftOut_DoesNotBringThemBack()
    {
        using var pair = new Pair();
        Three.Issue(pair.Alice, pair.Bob);
        pair.Net.Run();
        Three.Issue(pair.Alice);
        Receive(pair, Taken(ContentLimits.MaxFindNumber - 1));
        Receive(pair, new ContentMessage { Reset = new ResetContent() });
        Assert.Empty(Three.Given(pair.Alice, pair.Bob));
        Assert.False(pair.Alice.Effects.Peers.ContainsKey(pair.Bob.Id));
    }
}
