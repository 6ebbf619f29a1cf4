using Kith.Crypto;
using Kith.Forwarding.Directory;

namespace Kith.Forwarding.Paths;

/// <summary>
/// Draws the forwarders of a path (docs/protocol/paths.md, "Paths"): from the book's view, weighted by freshness and by how paths over them went lately, never two that count as one, and contacts only where there are not
/// enough others. Nobody else has a say in it. For one thread at a time; times are unix milliseconds.
/// </summary>
public sealed class PathChooser(ForwarderBook book, IRandom random)
{
    private readonly PathDoubts _doubts = new();
    private HashSet<X25519PublicKey> _contacts = [];
    private HashSet<ulong> _contactGroups = [];

    /// <summary>Which forwarders are nodes of contacts: those are left out while there are others.</summary>
    /// <param name="keys">Their transport keys.</param>
    /// <param name="groups">The groups of their addresses (<see cref="ForwarderBook.GroupOf(Wire.Endpoint)"/>).</param>
    public void SetContacts(IEnumerable<X25519PublicKey> keys, IEnumerable<ulong> groups) => (_contacts, _contactGroups) = ([.. keys], [.. groups]);

    /// <summary>Draws forwarders in the order of the path; null when there are not enough.</summary>
    /// <param name="now">The time.</param>
    /// <param name="count">How many.</param>
    /// <param name="without">Groups and keys that must not be on it: where it ends, and what the other path has.</param>
    /// <param name="usable">What each must be besides; null for nothing.</param>
    public IReadOnlyList<KnownForwarder>? TryDraw(long now, int count, PathExclusions without, Func<KnownForwarder, bool>? usable = null)
    {
        var candidates = book.View(now).Where(one => !without.Has(one) && usable?.Invoke(one) != false).ToList();
        var strangers = candidates.Where(one => !_contacts.Contains(one.Descriptor.Key) && !_contactGroups.Contains(one.Group)).ToList();
        return Draw(now, count, strangers) ?? (strangers.Count < candidates.Count ? Draw(now, count, candidates) : null);
    }

    /// <summary>A path brought what was sent over it at that time: nobody on it is doubted for what was sent before.</summary>
    public void Succeeded(IEnumerable<X25519PublicKey> path, long sentAt) => _doubts.Clear(path, sentAt);

    /// <summary>A path has not brought in time what was sent over it at that time: each on it is doubted a little who has brought nothing that was sent since.</summary>
    public void Failed(long now, IEnumerable<X25519PublicKey> path, long sentAt) => _doubts.Add(now, path, sentAt);

    /// <summary>What counts as one with a node: <see cref="ForwarderBook.GroupOf(ForwarderDescriptor)"/>.</summary>
    public ulong GroupOf(ForwarderDescriptor node) => book.GroupOf(node);

    /// <summary>How much one weighs in the draw; at least a little.</summary>
    public double WeightOf(long now, KnownForwarder one)
    {
        var age = Math.Max(0, book.Wall(now) - one.Descriptor.MadeAt);
        return 1.0 / (1 + (age / (2 * DirectoryLimits.RenewAfter))) / (1 << (one.IsSilent ? PathLimits.MaxDoubts : DoubtsOf(now, one.Descriptor.Key)));
    }

    /// <summary>How often paths over one went wrong lately; 0 for not at all.</summary>
    public int DoubtsOf(long now, X25519PublicKey key) => _doubts.Of(now, key);

    private List<KnownForwarder>? Draw(long now, int count, List<KnownForwarder> candidates)
    {
        var drawn = new List<KnownForwarder>(count);
        var weights = candidates.ConvertAll(one => WeightOf(now, one));
        while (drawn.Count < count)
        {
            var point = random.NextInt32(1 << 30) / (double)(1 << 30) * weights.Sum();
            var chosen = -1;
            for (var i = 0; i < candidates.Count; i++)
            {
                if (weights[i] <= 0)
                    continue;
                chosen = i;
                if ((point -= weights[i]) < 0)
                    break;
            }

            if (chosen < 0)
                return null;
            var one = candidates[chosen];
            drawn.Add(one);
            // Those that count as one with it can no longer be drawn.
            for (var i = 0; i < candidates.Count; i++)
            {
                if (candidates[i].Group == one.Group || candidates[i].Descriptor.Key == one.Descriptor.Key)
                    weights[i] = 0;
            }
        }

        return drawn;
    }
}
