#pragma warning disable RS0030 // the sockets towards routers

using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.PortMapping;

/// <summary>Reads an answer; false when it is none to what was asked.</summary>
internal delegate bool AnswerReader<TAnswer>(ReadOnlySpan<byte> datagram, out TAnswer answer);

/// <summary>Asks a router by datagrams, some times, and takes the first answer that is one.</summary>
/// <param name="gateway">The router and the port that it answers at: nothing from elsewhere is looked at.</param>
/// <param name="local">Our address towards it.</param>
/// <param name="time">The clock.</param>
internal sealed class GatewayExchange(IPEndPoint gateway, IPAddress local, TimeProvider time)
{
    /// <summary>Answers that are looked at; a router that sends more that are none is left alone.</summary>
    public const int MaxAnswers = 16;

    // Half of what RFC 6886 section 3.1 asks with at first, and fewer times: it is tried again when the network changes.
    private static readonly TimeSpan[] Waits = [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(1000)];

    /// <summary>Our address towards the router.</summary>
    public IPAddress Local => local;

    /// <summary>The router.</summary>
    public IPEndPoint Gateway => gateway;

    /// <summary>Asks; default when no answer came.</summary>
    public async Task<(bool Came, TAnswer? Answer)> AskAsync<TAnswer>(AnswerReader<TAnswer> read, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(gateway.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(local, 0));
            // Connected: the system hands over nothing from any other address or port.
            await socket.ConnectAsync(gateway, cancellationToken).ConfigureAwait(false);
            var buffer = new byte[PcpMessage.MaxSize + 1];
            var looked = 0;
            foreach (var wait in Waits)
            {
                using var deadline = new CancellationTokenSource(wait, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
                try
                {
                    _ = await socket.SendAsync(request, either.Token).ConfigureAwait(false);
                    while (looked < MaxAnswers)
                    {
                        var size = await socket.ReceiveAsync(buffer, either.Token).ConfigureAwait(false);
                        looked++;
                        if (size <= PcpMessage.MaxSize && read(buffer.AsSpan(0, size), out var answer))
                            return (true, answer);
                    }
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // Asked once more.
                }
            }
        }
        catch (SocketException)
        {
            // Nobody listens there (an ICMP error), or there is no way.
        }

        return default;
    }
}
