using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Connections.Hosting;

/// <content>A path that has been taken away.</content>
internal sealed partial class UdpSession
{
    /// <summary>How long another path is looked for; a session that still has none then has ended, so that nobody takes it for one that works.</summary>
    private static readonly TimeSpan GonePatience = TimeSpan.FromSeconds(3);

    private ITimer? _goneTimer; // under _gate

    /// <summary>The port has no such path any more.</summary>
    public void PathGone(Endpoint endpoint)
    {
        var effects = Rent();
        lock (_gate)
        {
            _core.PathGone(_host.Now, endpoint, effects);
            ArmTimer();
            if (_core.State == ConnectionState.Open && _core.Path == endpoint)
                _goneTimer ??= _host.Time.CreateTimer(static session => ((UdpSession)session!).EndIfGone(), this, GonePatience, Timeout.InfiniteTimeSpan);
        }

        Deliver(effects);
        Pump();
    }

    private void EndIfGone()
    {
        lock (_gate)
        {
            _goneTimer?.Dispose();
            _goneTimer = null;
            if (_core.State != ConnectionState.Open || !UdpPort.IsVirtual(_core.Path) || _host.Port.PathOf(_core.Path) is not null)
                return;
        }

        Abandon();
    }
}
