using Kith.Messaging.Conversations;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Drops;

/// <summary>Two people who meet now and then, with everything at random from a seed: what they do, what is lost, doubled or late on either way, who is restored from a backup.</summary>
public sealed class MixedWaysTests
{
    private const int Steps = 120;

    /// <summary>More with KITH_SEEDS=n.</summary>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(31, int.TryParse(Environment.GetEnvironmentVariable("KITH_SEEDS"), out var count) ? count : 5)];

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
        private readonly Pair _pair;
        private readonly Holders _holders = new();
        private readonly DropNode[] _nodes;

        public Simulated(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _pair = new Pair(seed);
            _nodes = [new DropNode(_pair.Alice, _holders), new DropNode(_pair.Bob, _holders)];
            _holders.Keeps = () => _random.Next(12) > 0;
            _holders.Order = kept => _random.Next(3) == 0 ? kept.OrderBy(_ => _random.Next()) : kept;
            _pair.Net.Passes = (_, _, _) => _random.Next(5) > 0;
        }

        public void Step(int step)
        {
            var who = _random.Next(2);
            var (person, other) = who == 0 ? (_pair.Alice, _pair.Bob) : (_pair.Bob, _pair.Alice);
            _pair.Alice.Clock.Advance(TimeSpan.FromMinutes(_random.Next(1, 1500)));
            switch (_random.Next(12))
            {
                case < 5:
                    Act(person, other, step);
                    break;
                case < 9:
                    _nodes[who].Visit(restart: _random.Next(2) == 0);
                    break;
                case 9:
                    _pair.Net.Run();
                    break;
                case 10:
                    person.Transmitted.Clear();
                    _holders.Works = _random.Next(3) > 0;
                    break;
                default:
                    _holders.Repeat(_random);
                    break;
            }
        }

        public void Settle()
        {
            _holders.Works = true;
            _holders.Keeps = () => true;
            _holders.Order = kept => kept;
            for (var turn = 0; turn < 14; turn++)
            {
                _pair.Alice.Clock.Advance(TimeSpan.FromDays(2));
                foreach (var node in _nodes)
                    node.Visit(restart: turn % 2 == 0);
            }
        }

        public void Check()
        {
            var mine = _pair.Alice.With(_pair.Bob);
            var theirs = _pair.Bob.With(_pair.Alice);
            Assert.True(mine.Select(Shown).SequenceEqual(theirs.Select(Shown)), $"seed {_seed}\n{string.Join('\n', mine.Select(Shown))}\n---\n{string.Join('\n', theirs.Select(Shown))}");
            Assert.True(mine.DistinctBy(message => message.Text).Count(message => !message.Deleted) == mine.Count(message => !message.Deleted), $"seed {_seed}: something twice");
            foreach (var person in new[] { _pair.Alice, _pair.Bob })
                Assert.True(person.Outbox.Count() == 0, $"seed {_seed}: {person.Name} has {person.Outbox.Count()} waiting");
            Assert.All(mine.Concat(theirs).Where(message => message.FromMe), message => Assert.True(message.State >= MessageState.Delivered, $"seed {_seed}: {message.State}"));
            Assert.All(mine.Concat(theirs), message => Assert.False(message.Missing, $"seed {_seed}: a gap"));
        }

        public void Dispose() => _pair.Dispose();

        private static string Shown(MessageView message) =>
            $"{message.Id} {message.Text} {message.Deleted} {message.EditedAt is not null} {string.Join(',', message.Reactions.Select(r => r.Emoji).Order(StringComparer.Ordinal))}";

        private void Act(Person person, Person other, int step)
        {
            var history = person.With(other);
            var message = history.Count == 0 ? null : history[_random.Next(history.Count)];
            switch (_random.Next(7))
            {
                case 0 when message is { FromMe: true, Deleted: false }:
                    person.Batch(messenger => messenger.EditText(other.Id, message.Id, $"changed {step}"));
                    break;
                case 1 when message is { FromMe: true, Deleted: false }:
                    person.Batch(messenger => messenger.DeleteMessage(other.Id, message.Id, true));
                    break;
                case 2 when message is { Deleted: false }:
                    person.Batch(messenger => messenger.React(other.Id, message.Id, $"r{step}"));
                    break;
                default:
                    person.Say(other, $"{person.Name} says {step}");
                    break;
            }
        }
    }
}
