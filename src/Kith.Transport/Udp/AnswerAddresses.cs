using System.Collections.Concurrent;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// At which of a machine's addresses each remote endpoint asked, for a socket that is bound to all of them: it is answered from there. What the system would choose by itself (RFC 6724) may be another,
/// and a firewall before the asker lets in only what comes from where it has asked. Noted by one thread, looked up by several.
/// </summary>
internal sealed class AnswerAddresses
{
    /// <summary>Remote endpoints of one generation; when it is full it becomes the old one, and the one before it is forgotten.</summary>
    private const int MaxOfGeneration = 2_048;

    private volatile ConcurrentDictionary<Endpoint, Endpoint> _young = new();
    private volatile ConcurrentDictionary<Endpoint, Endpoint> _old = new();
    private volatile Answer? _last;
    private int _count;

    /// <summary>Notes that something came from an endpoint to one of our addresses.</summary>
    public void Note(Endpoint remote, Endpoint local)
    {
        // One peer that sends much: nothing to look up.
        if (_last is { } last && last.Remote == remote && last.Local == local)
            return;
        if (!_young.ContainsKey(remote) && ++_count > MaxOfGeneration)
        {
            _old = _young;
            _young = new ConcurrentDictionary<Endpoint, Endpoint>();
            _count = 1;
        }

        _young[remote] = local;
        _last = new Answer(remote, local);
    }

    /// <summary>From which of our addresses a remote endpoint wants its answer; false when it has not asked.</summary>
    public bool TryFind(Endpoint remote, out Endpoint local)
    {
        if (_last is { } last && last.Remote == remote)
        {
            local = last.Local;
            return true;
        }

        return _young.TryGetValue(remote, out local) || _old.TryGetValue(remote, out local);
    }

    /// <summary>Forgets everything: the machine has other addresses now, or other ways lead from it.</summary>
    public void Clear()
    {
        _last = null;
        _young.Clear();
        _old.Clear();
    }

    private sealed record Answer(Endpoint Remote, Endpoint Local);
}
