using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Forwarding.Replay;
using Kith.Forwarding.Sphinx;

namespace Kith.Forwarding.Keys;

/// <summary>
/// A node's forwarding keys: of this epoch, of the last, which is taken for one more, and of the next, so that others know it in time. A key that is gone cannot be given away: what went under it is
/// closed for good. <see cref="TryFind"/> is for any thread, all else for one at a time.
/// </summary>
public sealed class ForwardingKeys : IDisposable
{
    private readonly IForwardingStore _store;
    private readonly IRandom _random;
    private readonly int _capacity;
    private volatile ForwardingKey[] _keys; // replaced as a whole

    /// <summary>Loads what is kept and makes what is missing.</summary>
    /// <param name="store">Where keys and tags are kept.</param>
    /// <param name="random">New keys.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="tagCapacity">The most packets under one key.</param>
    public ForwardingKeys(IForwardingStore store, IRandom random, long now, int tagCapacity = ReplayTags.DefaultCapacity)
    {
        (_store, _random, _capacity) = (store, random, tagCapacity);
        var keys = new List<ForwardingKey>();
        foreach (var stored in store.Load())
        {
            var key = X25519PrivateKey.FromBytes(stored.Secret);
            CryptographicOperations.ZeroMemory(stored.Secret);
            keys.Add(new ForwardingKey(stored.Epoch, key, new ReplayTags(stored.Journal, stored.Tags, tagCapacity)));
        }

        _keys = [.. keys];
        Advance(now);
    }

    /// <summary>What a descriptor says: the keys of this epoch and of the next, in this order.</summary>
    public IReadOnlyList<PublicForwardingKey> Public { get; private set; } = [];

    /// <summary>When <see cref="Advance"/> has something to do, unix milliseconds.</summary>
    public long NextAt { get; private set; }

    /// <summary>
    /// Brings the keys to the epoch of <paramref name="now"/>, and replaces keys under which no more packets are taken. Whether <see cref="Public"/> changed: then others are to be told.
    /// </summary>
    public bool Advance(long now)
    {
        var epoch = ForwardingEpoch.At(now);
        var before = Public;
        var kept = new List<ForwardingKey>();
        foreach (var key in _keys)
        {
            if (key.Epoch >= epoch - 1 && key.Epoch <= epoch + 1 && !key.Tags.IsFull)
                kept.Add(key);
            else
                Drop(key);
        }

        // Nobody knows a key of the last epoch that is not there.
        for (var wanted = epoch; wanted <= epoch + 1; wanted++)
        {
            if (kept.TrueForAll(key => key.Epoch != wanted))
                kept.Add(Make(wanted, kept));
        }

        _keys = [.. kept];
        Public = [.. kept.Where(key => key.Epoch >= epoch).OrderBy(key => key.Epoch).Select(key => new PublicForwardingKey(key.Epoch, key.PublicKey))];
        NextAt = ForwardingEpoch.Start(epoch + 1);
        return !before.SequenceEqual(Public);
    }

    /// <summary>The key that a packet's hint is about.</summary>
    public bool TryFind(byte hint, [NotNullWhen(true)] out ForwardingKey? key)
    {
        foreach (var candidate in _keys)
        {
            if (candidate.Hint != hint)
                continue;
            key = candidate;
            return true;
        }

        key = null;
        return false;
    }

    /// <summary>Zeroes the keys in memory; the store keeps its own. Nothing may be under way.</summary>
    public void Dispose()
    {
        foreach (var key in _keys)
            key.Key.Dispose();
        _keys = [];
    }

    private ForwardingKey Make(int epoch, List<ForwardingKey> others)
    {
        while (true)
        {
            var key = X25519PrivateKey.Generate(_random);
            if (others.Exists(other => other.Hint == SphinxFormat.HintOf(key.PublicKey)))
            {
                key.Dispose();
                continue;
            }

            return new ForwardingKey(epoch, key, new ReplayTags(_store.Add(epoch, key.Value), [], _capacity));
        }
    }

    // Not disposed here: a packet may be under way with it on another thread. Nothing refers to it afterwards, and abandoned secrets are zeroed.
    private void Drop(ForwardingKey key) => _store.Remove(key.Epoch);
}
