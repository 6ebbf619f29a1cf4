using System.Buffers.Binary;
using Kith.Forwarding.Meeting;
using Kith.Simulation.Network;

namespace Kith.Simulation.Forwarding;

public sealed class ThirtyForwardersTests(ITestOutputHelper output)
{
    private const long Second = 1_000;

    /// <summary>Thirty nodes, packets lost and late, one of them killed every two seconds and back three seconds later: every message arrives, none twice. The long form sends 10,000.</summary>
    [Theory]
    [InlineData(MeetingForm.Open)]
    [InlineData(MeetingForm.Veiled)]
    public void Messages_AllArriveOnce_ThoughForwardersDie(MeetingForm form) => SimulationRun.Under(seed =>
    {
        using var network = new ForwardingNetwork(seed);
        for (var i = 0; i < 30; i++)
            network.Add();
        network.Introduce();
        var people = network.Nodes.Take(4).ToList();
        SimulatedForwarder.Befriend(people[0], people[1]);
        SimulatedForwarder.Befriend(people[2], people[3]);
        foreach (var person in people)
            person.Set(form);
        network.Run(5 * Second);

        var count = SimulationRun.IsFull ? 10_000 : 200;
        var arrived = new int[count];
        var sentAt = new long[count];
        var took = new List<long>(count);
        foreach (var person in people)
        {
            person.OnReceived = (_, envelope) =>
            {
                var number = BinaryPrimitives.ReadInt32BigEndian(envelope.Span);
                if (arrived[number]++ == 0)
                    took.Add(network.Now - sentAt[number]);
            };
        }

        var victims = network.Nodes.Skip(4).ToList();
        var turn = 0;
        void KillOne()
        {
            var victim = victims[turn++ % victims.Count];
            victim.Kill();
            network.At(3 * Second, victim.Restart);
            network.At(2 * Second, KillOne);
        }

        network.At(0, KillOne);
        for (var i = 0; i < count; i++)
        {
            var envelope = new byte[512];
            BinaryPrimitives.WriteInt32BigEndian(envelope, i);
            sentAt[i] = network.Now;
            Assert.NotNull(people[i % 4].Send(people[(i % 4) ^ 1], envelope));
            network.Run(SimulationRun.IsFull ? 25 : 100);
        }

        network.RunUntil(() => people.TrueForAll(person => person.Node.Sending.Count == 0), 300 * Second);
        took.Sort();
        output.WriteLine($"{form}: {took.Count} of {count} arrived, given up {people.Sum(one => one.GivenUpMessages.Count)}, attempts {people.Sum(one => one.Node.Sending.Counters.Attempts)}, "
            + $"packets {network.PacketsSent}; median {took[took.Count / 2]} ms, {100.0 * took.Count(static one => one <= 3 * Second) / count:0.00} % within 3 s, 99 % within {took[took.Count * 99 / 100]} ms, last {took[^1]} ms");
        output.WriteLine("messages by attempts: " + string.Join(", ", people.SelectMany(static one => one.AcknowledgedMessages).GroupBy(static one => one.Attempts).OrderBy(static one => one.Key).Select(static one => $"{one.Key}: {one.Count()}"))
            + $"; reply blocks laid {people.Sum(static one => one.Node.Meetings.Arrivals.Stocked)}");
        Assert.All(arrived, static times => Assert.Equal(1, times));
        Assert.All(people, static one => Assert.Empty(one.GivenUpMessages));
        Assert.Equal(count, people.Sum(one => one.AcknowledgedMessages.Count));
        Assert.True(took[took.Count * 99 / 100] <= 3 * Second);
    });
}
