using Kith.Delivery;
using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.Finding;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Simulation;

/// <summary>
/// Three people, everything at random from a seed: what they do, what is lost, doubled or late, which commits fail, who crashes in the middle of a batch. At the
/// end: nothing lost, nothing twice, the same order and the same words on both sides.
/// </summary>
public sealed class SeededWorldTests
{
    private const int Steps = 250;

    /// <summary>More with KITH_SEEDS=n.</summary>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(11, int.TryParse(Environment.GetEnvironmentVariable("KITH_SEEDS"), out var count) ? count : 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void AnySeed_EndsTheSameOnBothSides(int seed)
    {
        using var world = new Simulated(seed);
        for (var step = 0; step < Steps; step++)
            world.Step(step);
        world.Settle();
        world.Check();
    }

    private sealed class Simulated : IDisposable
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly Person[] _people;
        private readonly Net _net;
        private readonly List<(Person From, Person To, byte[] Envelope)> _late = [];
        private readonly HashSet<(AccountId, AccountId, MessageId)> _said = [];
        private readonly HashSet<(Person, Person)> _leftOut = [];

        public Simulated(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _people = [.. new[] { "Ann", "Ben", "Cat" }.Select((name, i) => new Person(name, (seed * 10) + i))];
            _net = new Net(_people) { Passes = Passes };
            for (var i = 0; i < _people.Length; i++)
            {
                var (maker, adder) = (_people[i], _people[(i + 1) % _people.Length]);
                var link = maker.Batch(messenger => messenger.CreateLink(1, null)).Link;
                adder.Batch(messenger => messenger.AddContact(link, null));
            }
        }

        public void Step(int step)
        {
            var person = _people[_random.Next(_people.Length)];
            var other = _people.Where(one => one != person).ElementAt(_random.Next(_people.Length - 1));
            person.Clock.Advance(TimeSpan.FromSeconds(_random.Next(-2, 20)));
            if (_random.Next(12) == 0)
                Issue(person);
            CheckFinding();
            switch (_random.Next(20))
            {
                case < 7:
                    Act(person, other, step);
                    break;
                case < 12:
                    _net.Step(person);
                    break;
                case 12:
                    person.FailedBatch(messenger => TrySend(messenger, other, $"never {step}"));
                    break;
                case 13:
                    person.Crash(messenger => TrySend(messenger, other, $"cut off {step}"));
                    break;
                case 14:
                    person.Crash();
                    break;
                case 15:
                    // What was not acknowledged is sent again.
                    person.Transmitted.Clear();
                    break;
                case 16:
                    person.Batch(messenger => messenger.Tick());
                    break;
                case 17 when _late.Count > 0:
                    var place = _random.Next(_late.Count);
                    var (from, to, envelope) = _late[place];
                    _late.RemoveAt(place);
                    _net.Deliver(from, to, envelope);
                    break;
                case 18:
                    if (!_net.Offline.Remove(person))
                        _net.Offline.Add(person);
                    break;
                default:
                    foreach (var one in _people)
                        _net.Step(one);
                    break;
            }
        }

        public void Settle()
        {
            _net.Passes = (_, _, _) => true;
            _net.Offline.Clear();
            _net.Pass(TimeSpan.FromMinutes(11));
            foreach (var person in _people)
                Three.Issue(person, [.. _people.Where(other => other != person && person.Knows(other))]);
            for (var i = 0; i < 6; i++)
                _net.Pass(TimeSpan.FromMinutes(11));
        }

        public void Check()
        {
            foreach (var person in _people)
            {
                Assert.True(person.Outbox.Count() == 0, $"seed {_seed}: {person.Name} still has {person.Outbox.Count()} waiting");
                foreach (var other in _people.Where(one => one != person))
                {
                    Assert.True(person.Contact(other).State == ContactState.Connected, $"seed {_seed}: {person.Name} and {other.Name} are not connected");
                    var mine = person.With(other).Select(Shown).ToArray();
                    var theirs = other.With(person).Select(Shown).ToArray();
                    Assert.True(mine.SequenceEqual(theirs), $"seed {_seed}: {person.Name} and {other.Name}\n{string.Join('\n', mine)}\n---\n{string.Join('\n', theirs)}");
                    Assert.True(mine.Distinct().Count() == mine.Length, $"seed {_seed}: something twice");
                    Assert.DoesNotContain(person.With(other), message => message.Text.StartsWith("never", StringComparison.Ordinal) || message.Text.StartsWith("cut", StringComparison.Ordinal));
                    Assert.All(person.With(other).Where(message => message.FromMe), message => Assert.True(message.State >= MessageState.Delivered, $"seed {_seed}: {message.State}"));
                    Assert.All(person.With(other), message => Assert.False(message.Missing, $"seed {_seed}: a gap"));
                    Assert.True(Three.Finds(person, other), $"seed {_seed}: {person.Name} does not find {other.Name}");
                    Assert.True(Three.Given(person, other).Length == 1, $"seed {_seed}: {person.Name} is published to {other.Name} under an old secret");
                    Assert.Equal(person.Stores.Messages.CountUnread(other.Id), person.Contact(other).Unread);
                    var said = _said.Where(one => one.Item1 == person.Id && one.Item2 == other.Id).Select(one => one.Item3).Order();
                    Assert.Equal(said, person.With(other).Where(message => message.FromMe).Select(message => message.Id).Order());
                }
            }
        }

        public void Dispose()
        {
            foreach (var person in _people)
                person.Dispose();
        }

        private static string Shown(MessageView message) =>
            $"{message.Id} {message.Text} {message.Deleted} {message.EditedAt is not null} {message.ReplyTo?.Id} {string.Join(',', message.Reactions.Select(r => r.Emoji).Order(StringComparer.Ordinal))}";

        private static void TrySend(Messenger messenger, Person other, string text)
        {
            if (messenger.Contacts().Any(contact => contact.Id == other.Id))
                messenger.SendText(other.Id, text, null, RouteKind.Auto);
        }

        private void Act(Person person, Person other, int step)
        {
            if (!person.Knows(other))
                return;
            var history = person.With(other);
            var message = history.Count == 0 ? null : history[_random.Next(history.Count)];
            switch (_random.Next(8))
            {
                case 0 when message is { FromMe: true, Deleted: false }:
                    person.Batch(messenger => messenger.EditText(other.Id, message.Id, $"changed {step}"));
                    break;
                case 1 when message is { FromMe: true, Deleted: false }:
                    person.Batch(messenger => messenger.DeleteMessage(other.Id, message.Id, true));
                    break;
                case 2 when message is { Deleted: false } && person.Contact(other).State == ContactState.Connected:
                    person.Batch(messenger => messenger.React(other.Id, message.Id, _random.Next(3) == 0 ? null : $"r{step}"));
                    break;
                case 3 when message is not null:
                    person.Batch(messenger => messenger.MarkRead(other.Id, message.Id));
                    break;
                case 4 when message is not null:
                    _said.Add((person.Id, other.Id, person.Say(other, $"{person.Name} answers {step}", message.Id).Id));
                    break;
                default:
                    _said.Add((person.Id, other.Id, person.Say(other, $"{person.Name} says {step}").Id));
                    break;
            }
        }

        // Everybody, or sometimes all but one.
        private void Issue(Person person)
        {
            var known = _people.Where(other => other != person && person.Knows(other)).ToList();
            if (_random.Next(3) == 0 && known.Count > 0)
            {
                var unwanted = known[_random.Next(known.Count)];
                known.Remove(unwanted);
                _leftOut.Add((person, unwanted));
            }

            Three.Issue(person, [.. known]);
        }

        // Whoever was never left out finds the other at any moment, whatever is lost or late.
        private void CheckFinding()
        {
            foreach (var person in _people)
            {
                foreach (var other in _people.Where(other => other != person && Connected(person, other) && Connected(other, person)))
                {
                    if (!_leftOut.Contains((other, person)))
                        Assert.True(Three.Finds(person, other), $"seed {_seed}: {person.Name} does not find {other.Name}");
                    else if (!other.Contact(person).CanFindUs)
                        Assert.False(Three.Finds(person, other), $"seed {_seed}: {person.Name} finds {other.Name}");
                }
            }
        }

        private static bool Connected(Person person, Person other) => person.Knows(other) && person.Contact(other).State == ContactState.Connected;

        private bool Passes(Person from, Person to, byte[] envelope)
        {
            switch (_random.Next(6))
            {
                case 0:
                    return false;
                case 1:
                    _late.Add((from, to, envelope));
                    return false;
                case 2:
                    _late.Add((from, to, envelope));
                    return true;
                default:
                    return true;
            }
        }
    }
}
