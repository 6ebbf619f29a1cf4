using System.Security.Cryptography;
using Kith.Delivery;
using Kith.Wire;

namespace Kith.Messaging.Tests.World;

/// <summary>Joins messengers in memory: what the node's sessions, routes and outbox worker do, without any of them. Loss and order are the test's to choose.</summary>
internal sealed class Net(params Person[] people)
{
    private const int MaxRounds = 200;

    /// <summary>Whether an envelope gets through: (from, to, bytes).</summary>
    public Func<Person, Person, byte[], bool> Passes { get; set; } = (_, _, _) => true;

    /// <summary>Who cannot be reached.</summary>
    public HashSet<Person> Offline { get; } = [];

    /// <summary>All envelopes that were carried, for tests that look at or repeat them.</summary>
    public List<(Person From, Person To, byte[] Envelope)> Carried { get; } = [];

    public static PeerOrigin Origin(Person from, Person to) => new(RouteKind.Direct, from.TransportKey, Handshake(from, to));

    public static byte[] Handshake(Person left, Person right)
    {
        var (a, b) = left.Id < right.Id ? (left, right) : (right, left);
        return SHA256.HashData([.. a.TransportKey, .. b.TransportKey]);
    }

    /// <summary>Carries everything until nothing moves any more.</summary>
    public void Run()
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            var moved = false;
            foreach (var person in people)
                moved |= Step(person);
            if (!moved)
                return;
        }

        Assert.Fail("the network does not come to rest");
    }

    /// <summary>Time passes and everybody does what is due; what was not acknowledged is sent again.</summary>
    public void Pass(TimeSpan time)
    {
        foreach (var clock in people.Select(person => person.Clock).Distinct())
            clock.Advance(time);
        foreach (var person in people)
        {
            person.Transmitted.Clear();
            person.Batch(messenger => messenger.Tick());
        }

        Run();
    }

    public bool Step(Person person)
    {
        if (Offline.Contains(person))
        {
            person.Effects.Once.Clear();
            return false;
        }

        return AskBundles(person) | SendOutbox(person) | SendOnce(person);
    }

    public void Deliver(Person from, Person to, params byte[][] envelopes) => to.Batch(messenger =>
    {
        foreach (var envelope in envelopes)
            messenger.ReceiveEnvelope(Origin(from, to), envelope);
    });

    /// <summary>One bundle exchange as it stands; the answer, or null.</summary>
    public byte[]? AskBundle(Person person, Person peer)
    {
        var request = person.Batch(messenger => messenger.WriteBundleRequest(peer.Id, Handshake(person, peer)));
        return request is null ? null : peer.Batch(messenger => messenger.AnswerBundleRequest(Origin(person, peer), request));
    }

    private bool AskBundles(Person person)
    {
        var moved = false;
        foreach (var id in person.Effects.WantedBundles.ToArray())
        {
            if (Find(person, id) is not { } peer)
                continue;
            moved = true;
            person.Effects.WantedBundles.Remove(id);
            if (AskBundle(person, peer) is { } answer)
                person.Batch(messenger => messenger.ReceiveBundle(id, Origin(peer, person), answer));
        }

        return moved;
    }

    private bool SendOutbox(Person person)
    {
        var moved = false;
        foreach (var id in person.Outbox.Peers())
        {
            if (!person.Effects.Peers.ContainsKey(id) || Find(person, id) is not { } peer)
                continue;
            var sent = new List<MessageId>();
            foreach (var item in person.Outbox.Load(id, -1, 1000))
            {
                if (item.Envelope is not { } envelope)
                    break;
                if (person.Transmitted.TryGetValue(item.Id, out var before) && before.AsSpan().SequenceEqual(envelope.Span))
                    continue;
                person.Transmitted[item.Id] = envelope.ToArray();
                sent.Add(item.Id);
                Carry(person, peer, envelope.ToArray());
            }

            if (sent.Count == 0)
                continue;
            moved = true;
            person.Batch(messenger => messenger.Transmitted(id, sent, RouteKind.Direct));
        }

        return moved;
    }

    private bool SendOnce(Person person)
    {
        if (person.Effects.Once.Count == 0)
            return false;
        foreach (var (id, envelope, _) in person.Effects.Once.ToArray())
        {
            if (Find(person, id) is { } peer)
                Carry(person, peer, envelope);
        }

        person.Effects.Once.Clear();
        return true;
    }

    private void Carry(Person from, Person to, byte[] envelope)
    {
        if (!Passes(from, to, envelope))
            return;
        Carried.Add((from, to, envelope));
        Deliver(from, to, envelope);
    }

    private Person? Find(Person person, AccountId id) =>
        people.FirstOrDefault(other => other.Id == id && !Offline.Contains(other) && !Offline.Contains(person));
}
