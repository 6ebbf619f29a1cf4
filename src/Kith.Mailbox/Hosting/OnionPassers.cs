using System.Buffers.Binary;
using System.Text;
using Kith.Crypto;
using Kith.Mailbox.Directory;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// Those who pass on at onion addresses, for somebody who calls no others (docs/protocol/privacy.md, "Under onion"). To the cores each is an endpoint that nobody can have, the same in each run, in a prefix of its own. For
/// several threads.
/// </summary>
internal sealed class OnionPassers(Func<IReadOnlyList<OnionPasser>> known)
{
    // fd00::/8 with a hash behind it: never called, only a name.
    private const ulong NamePrefix = 0xFDUL << 56;
    private const int MaxKnown = 256;
    private const int MaxRemembered = 1_024;

    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<Endpoint, Known> _all = [];
    private List<Endpoint> _now = [];

    /// <summary>Whether anybody is known.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
                return _now.Count > 0;
        }
    }

    /// <summary>How many are known, those that failed too.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _now.Count;
        }
    }

    /// <summary>Looks who there is now: each onion service and each node once, whatever ports and names it has.</summary>
    public void Refresh()
    {
        var there = known();
        lock (_gate)
        {
            if (_all.Count > MaxRemembered)
                _all.Clear();
            var now = new List<Endpoint>(there.Count);
            var nodes = new HashSet<X25519PublicKey>();
            foreach (var passer in there.Take(MaxKnown).DistinctBy(static one => one.At.Kind == NodeAddress.OnionKind ? one.At.Host : one.At.ToString()))
            {
                if (passer.Key is { } key && !nodes.Add(key))
                    continue;
                var name = NameOf(passer);
                if (_all.TryGetValue(name, out var one))
                    one.Passer = passer;
                else
                    _all.Add(name, new Known(passer));
                now.Add(name);
            }

            _now = [.. now.Distinct()];
        }
    }

    /// <summary>Those that can be asked: not those that failed lately.</summary>
    public IReadOnlyList<Endpoint> Serving(long now)
    {
        lock (_gate)
            return [.. _now.Where(one => _all[one].AvoidUntil <= now)];
    }

    /// <summary>Who is meant by a name; null for nobody, who is never called.</summary>
    public OnionPasser? Find(Endpoint name)
    {
        lock (_gate)
            return _all.GetValueOrDefault(name)?.Passer;
    }

    /// <summary>One did not answer, or passes nothing on.</summary>
    public void Failed(long now, Endpoint name)
    {
        lock (_gate)
        {
            if (_all.GetValueOrDefault(name) is not { } one || one.AvoidUntil > now)
                return;
            one.Silence = one.Silence == 0 ? DirectoryLimits.FirstSilence : Math.Min(one.Silence * 2, DirectoryLimits.LastSilence);
            one.AvoidUntil = now + one.Silence;
        }
    }

    /// <summary>One answered.</summary>
    public void Answered(Endpoint name)
    {
        lock (_gate)
        {
            if (_all.GetValueOrDefault(name) is { } one)
                (one.Silence, one.AvoidUntil) = (0, 0);
        }
    }

    private static Endpoint NameOf(OnionPasser passer)
    {
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(Encoding.ASCII.GetBytes(passer.At.ToString()), hash);
        return Endpoint.FromIPv6(NamePrefix | (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 8), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]), (ushort)passer.At.Port);
    }

    private sealed class Known(OnionPasser passer)
    {
        public OnionPasser Passer { get; set; } = passer;

        public long AvoidUntil { get; set; }

        public long Silence { get; set; }
    }
}
