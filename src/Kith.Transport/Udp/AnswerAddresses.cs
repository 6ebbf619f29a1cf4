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
    private int _count;

    /// <summary>Notes that something came from an endpoint to one of our addresses.</summary>
    public void Note(Endpoint remote, Endpoint local)
    {
        var isKnown = _young.TryGetValue(remote, out var before);
        if (isKnown && before == local)
            return;
        if (!isKnown && ++_count > MaxOfGeneration)
        {
            _old = _young;
            _young = new ConcurrentDictionary<Endpoint, Endpoint>();
            _count = 1;
        }

        _young[remote] = local;
    }

    /// <summary>From which of our addresses a remote endpoint wants its answer; false when it has not asked.</summary>
    public bool TryFind(Endpoint remote, out Endpoint local) => _young.TryGetValue(remote, out local) || _old.TryGetValue(remote, out local);

    /// <summary>Forgets everything: the machine has other addresses now, or other ways lead from it.</summary>
    public void Clear()
    {
        _young.Clear();
        _old.Clear();
    }
}
