using Kith.Transport.Sessions;
using Kith.Wire;

namespace Kith.Transport.Connections;

/// <summary>What a connection wants done outside its lock: what every session does, and what only one over datagrams can say.</summary>
internal sealed class ConnectionEffects : SessionEffects
{
    private readonly List<Endpoint> _validated = [];

    /// <summary>The handshake is done, and proved from both sides: the session exists from now on.</summary>
    public bool Established { get; set; }

    /// <summary>Packets go another way than before: <see cref="ConnectionCore.Path"/>.</summary>
    public bool PathChanged { get; set; }

    /// <summary>No path answers any more: others must be found before the session dies of silence. Said once until one answers again.</summary>
    public bool PathLost { get; set; }

    /// <summary>It is over: the host forgets the connection.</summary>
    public bool Ended { get; set; }

    /// <summary>Paths that have just proved themselves.</summary>
    public IReadOnlyList<Endpoint> Validated => _validated;

    public void Validate(Endpoint endpoint) => _validated.Add(endpoint);

    public override bool IsEmpty => base.IsEmpty && !Established && !PathChanged && !PathLost && !Ended && _validated.Count == 0;

    public override void Clear()
    {
        base.Clear();
        _validated.Clear();
        (Established, PathChanged, PathLost, Ended) = (false, false, false, false);
    }
}
