using System.Net;
using System.Threading.Channels;
using Kith.Transport.Connections.Hosting;

namespace Kith.Transport.Udp;

/// <summary>Hands out the sessions that others begin at the port.</summary>
internal sealed class UdpSessionListener : IListener
{
    /// <summary>Sessions that may wait to be taken.</summary>
    private const int MaxWaiting = 64;

    private readonly ConnectionHost _host;
    private readonly Channel<ISession> _sessions = Channel.CreateBounded<ISession>(MaxWaiting);

    public UdpSessionListener(ConnectionHost host)
    {
        _host = host;
        LocalEndPoint = host.Port.LocalEndPoints[0];
        host.Accept(_sessions.Writer.TryWrite);
    }

    public IPEndPoint LocalEndPoint { get; }

    public ChannelReader<ISession> Sessions => _sessions.Reader;

    public async ValueTask DisposeAsync()
    {
        _host.Accept(null);
        _sessions.Writer.TryComplete();
        // Handed out to nobody: nobody else will close them.
        while (_sessions.Reader.TryRead(out var session))
            await session.CloseAsync(SessionErrorCode.ShuttingDown).ConfigureAwait(false);
    }
}
