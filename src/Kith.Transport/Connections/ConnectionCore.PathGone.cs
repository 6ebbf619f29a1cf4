using Kith.Wire;

namespace Kith.Transport.Connections;

/// <content>A path that has been taken away.</content>
internal sealed partial class ConnectionCore
{
    /// <summary>
    /// Nothing goes there or comes from there any more, as when a relay's circuit has ended: no timeouts are waited for. Another path that proved itself takes its place; without one
    /// the effects say so.
    /// </summary>
    public void PathGone(TimeSpan now, Endpoint endpoint, ConnectionEffects effects)
    {
        if (State != ConnectionState.Open || FindPath(endpoint) is not { } path)
            return;
        if (path != _active)
        {
            RemovePath(path);
            return;
        }

        path.Recovery.Timeouts = Math.Max(path.Recovery.Timeouts, DeadPathTimeouts);
        ReplaceActive(now, effects);
    }
}
