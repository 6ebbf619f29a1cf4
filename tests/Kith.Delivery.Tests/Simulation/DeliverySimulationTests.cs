using Kith.Wire;

namespace Kith.Delivery.Tests.Simulation;

/// <summary>
/// Two cores and a link with a will of its own. In the first world sessions are ordered streams, as the direct route's are, that break at any moment, some data of a
/// broken one arriving late beside that of the next; nodes crash. In the second, single envelopes and receipts are lost, doubled and overtaken.
/// </summary>
public sealed class DeliverySimulationTests(ITestOutputHelper output)
{
    private const int Messages = 400;
    private const int MaxSteps = 200_000;

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6, 7, 8, Environment.TickCount];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void SessionsThatBreakAndNodesThatCrash_EverythingArrivesOnceAndInOrder(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        long now = 1_000_000;
        var sender = new SimulatedNode(Account(1), Account(2), () => now);
        var receiver = new SimulatedNode(Account(2), Account(1), () => now);
        List<(Queue<int> Data, Queue<int> Receipts)> sessions = [];
        var written = 0;
        for (var step = 0; written < Messages || sender.Waiting > 0; step++)
        {
            Assert.True(step < MaxSteps, $"seed {seed}: {sender.Waiting} still wait");
            now += random.Next(50);
            sender.Room = random.Next(10) == 0 ? random.Next(4) : int.MaxValue;
            switch (random.Next(100))
            {
                case < 30 when written < Messages:
                    written++;
                    sender.Write();
                    break;
                case < 31:
                    sender.Crash();
                    break;
                case < 32:
                    receiver.Crash();
                    sender.SessionDown();
                    break;
                case < 34:
                    sender.SessionDown();
                    break;
                case < 38 when sender.Wire is null || random.Next(4) == 0: // or a better session takes over from one that lives
                    sessions.Add((new Queue<int>(), new Queue<int>()));
                    sender.SessionUp(sessions[^1].Data);
                    break;
                case < 39 when sessions.Count > 1:
                    // An old session is gone for good, with what was on it.
                    sessions.RemoveAt(0);
                    break;
                case < 45:
                    now += random.Next(8_000);
                    sender.Pump();
                    break;
                case < 50:
                    sender.Ready();
                    break;
                default:
                    if (sessions.Count > 0)
                        Deliver(sessions[random.Next(3) == 0 ? random.Next(sessions.Count) : sessions.Count - 1], sender, receiver, random);
                    break;
            }
        }

        Assert.True(Enumerable.Range(1, Messages).SequenceEqual(receiver.Shown), $"seed {seed}: {string.Join(',', receiver.Shown)}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void LinkThatLosesDoublesAndReorders_EverythingArrivesOnce(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        long now = 1_000_000;
        var sender = new SimulatedNode(Account(1), Account(2), () => now);
        var receiver = new SimulatedNode(Account(2), Account(1), () => now);
        var wire = new Queue<int>();
        List<int> flying = [];
        List<int> receipts = [];
        sender.SessionUp(wire);
        for (var i = 0; i < Messages; i++)
            sender.Write();
        for (var step = 0; sender.Waiting > 0; step++)
        {
            Assert.True(step < MaxSteps, $"seed {seed}: {sender.Waiting} still wait");
            while (wire.TryDequeue(out var sent))
                flying.AddRange(Enumerable.Repeat(sent, random.Next(10) switch { < 3 => 0, 3 => 2, _ => 1 }));
            if (flying.Count > 0)
            {
                var number = Take(flying, random);
                receiver.Receive(number);
                if (random.Next(4) > 0)
                    receipts.Add(number);
            }
            else if (receipts.Count > 0)
            {
                sender.Acknowledge(Take(receipts, random));
            }
            else
            {
                now = sender.NextDeadline ?? throw new InvalidOperationException($"seed {seed}: nothing is due, and {sender.Waiting} wait");
                sender.Pump();
            }
        }

        Assert.Equal(Enumerable.Range(1, Messages), receiver.Shown.Order());
    }

    private static void Deliver((Queue<int> Data, Queue<int> Receipts) session, SimulatedNode sender, SimulatedNode receiver, Random random)
    {
        for (var count = random.Next(20); count > 0 && session.Data.TryDequeue(out var number); count--)
        {
            receiver.Receive(number);
            session.Receipts.Enqueue(number);
        }

        for (var count = random.Next(20); count > 0 && session.Receipts.TryDequeue(out var number); count--)
            sender.Acknowledge(number);
    }

    private static int Take(List<int> from, Random random)
    {
        var at = random.Next(from.Count);
        var taken = from[at];
        from.RemoveAt(at);
        return taken;
    }

    private static AccountId Account(byte number) => AccountId.FromBytes([.. Enumerable.Repeat(number, 32)]);
}
