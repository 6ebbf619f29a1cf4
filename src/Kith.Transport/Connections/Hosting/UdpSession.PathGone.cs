using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <content>A path that has been taken away.</content>
internal sealed partial class UdpSession
{
    /// <summary>How long another path is looked for; a session that still has none then has ended, so that nobody takes it for one that works.</summary>
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(3);

    private ITimer? _goneTimer; // under _gate
    private TimeSpan _goneAt; // under _gate

    /// <summary>The port has no such path any more.</summary>
    /// <param name="endpoint">The path's endpoint.</param>
    /// <param name="isForbidden">Whether the consent to it was taken back: then nobody must take the session for one that works, not for a moment.</param>
    public void PathGone(Endpoint endpoint, bool isForbidden = false)
    {
        var effects = Rent();
        var isOver = false;
        lock (_gate)
        {
            if (_core.State == ConnectionState.Open && _core.Path == endpoint)
            {
                _goneAt = _host.Now;
                _core.PathGone(_goneAt, endpoint, effects);
                isOver = isForbidden && _core.Path == endpoint;
                _goneTimer?.Dispose();
                _goneTimer = isOver ? null : _host.Time.CreateTimer(static state => EndIfGone(((UdpSession, TimeSpan))state!), (this, _goneAt), GonePatience, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _core.PathGone(_host.Now, endpoint, effects);
            }

            ArmTimer();
        }

        Deliver(effects);
        if (isOver)
            Abandon();
        Pump();
    }

    // What took the path's place may have worked long ago: it is asked at once, so whoever is there has answered by now.
    private static void EndIfGone((UdpSession Session, TimeSpan GoneAt) gone) => gone.Session.EndIfGone(gone.GoneAt);

    private void EndIfGone(TimeSpan goneAt)
    {
        lock (_gate)
        {
            // Another path has gone since, and has a timer of its own.
            if (goneAt != _goneAt)
                return;
            _goneTimer?.Dispose();
            _goneTimer = null;
            if (_core.State != ConnectionState.Open || _core.LastReceived > _goneAt)
                return;
        }

        Abandon();
    }
}
