#pragma warning disable RS0030 // the carrier that owns the sockets to DNS servers

using System.Buffers.Binary;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Kith.Wire;

namespace Kith.Transport.Dns;

/// <summary>
/// Carries DNS messages to servers and their answers back: over UDP, asked twice, and over TCP where the message or the answer does not fit in a datagram or UDP brings nothing
/// (RFC 1035 section 4.2, RFC 7766). What an answer says is not looked at beyond its header. For several threads.
/// </summary>
public sealed class DnsTransport(TimeProvider time)
{
    /// <summary>How long one datagram's answer is waited for.</summary>
    public static readonly TimeSpan DatagramTimeout = TimeSpan.FromMilliseconds(1_200);

    /// <summary>How long an exchange over TCP may take.</summary>
    public static readonly TimeSpan StreamTimeout = TimeSpan.FromMilliseconds(2_500);

    /// <summary>Servers of the system's configuration that are asked, one after the other.</summary>
    public const int MaxSystemServers = 3;

    /// <summary>Times that one server is asked over UDP.</summary>
    public const int Datagrams = 2;

    private const ushort Port = 53;
    private const int HeaderSize = 12;
    private const int MaxDatagram = 512;
    private const int ReceiveSize = 4096;
    private const int FlagsOffset = 2;
    private const byte ResponseBit = 0x80;
    private const byte TruncatedBit = 0x02;

    /// <summary>Sends a message and brings the answer; null when none came. Never throws for what the network or a server does.</summary>
    /// <param name="server">Whom to ask; null for the servers that the system is configured with.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<byte[]?> ExchangeAsync(Endpoint? server, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (message.Length is < HeaderSize or > ushort.MaxValue)
            throw new ArgumentException("not a DNS message", nameof(message));
        if (server is { } one)
            return await AskAsync(one, message, cancellationToken).ConfigureAwait(false);
        foreach (var system in SystemServers())
        {
            if (await AskAsync(system, message, cancellationToken).ConfigureAwait(false) is { } answer)
                return answer;
        }

        return null;
    }

    /// <summary>The DNS servers that the system is configured with, the first of each interface first.</summary>
    public static IReadOnlyList<Endpoint> SystemServers()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(network => network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(network => network.GetIPProperties().DnsAddresses)
                    .Select(address => Endpoint.From(address, Port))
                    .Distinct()
                    .Take(MaxSystemServers),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    private async Task<byte[]?> AskAsync(Endpoint server, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (message.Length <= MaxDatagram)
        {
            var answer = await TryAsync(token => OverUdpAsync(server, message, token), Datagrams * DatagramTimeout, cancellationToken).ConfigureAwait(false);
            if (answer is not null && (answer[FlagsOffset] & TruncatedBit) == 0)
                return answer;
        }

        return await TryAsync(token => OverTcpAsync(server, message, token), StreamTimeout, cancellationToken).ConfigureAwait(false);
    }

    private async Task<byte[]?> TryAsync(Func<CancellationToken, Task<byte[]?>> ask, TimeSpan most, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task<byte[]?> OverUdpAsync(Endpoint server, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        // A port of its own for each exchange, connected: only the server's datagrams come in, and an outsider has to guess the port too (RFC 5452 section 4.5).
        using var socket = new Socket(server.IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server.ToIPEndPoint(), cancellationToken).ConfigureAwait(false);
        var buffer = new byte[ReceiveSize];
        _ = await socket.SendAsync(message, cancellationToken).ConfigureAwait(false);
        using var again = time.CreateTimer(_ => SendAgain(socket, message), null, DatagramTimeout, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var size = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (IsAnswer(buffer.AsSpan(0, size), message.Span))
                return buffer[..size];
        }
    }

    private static void SendAgain(Socket socket, ReadOnlyMemory<byte> message)
    {
        try
        {
            _ = socket.Send(message.Span);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The receive that waits hears of it, or it is over.
        }
    }

    private static async Task<byte[]?> OverTcpAsync(Endpoint server, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.ToIPEndPoint(), cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        // RFC 1035 section 4.2.2: two bytes of length before each message; RFC 7766 section 8: sent together.
        var framed = new byte[sizeof(ushort) + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.Span.CopyTo(framed.AsSpan(sizeof(ushort)));
        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);
        var length = new byte[sizeof(ushort)];
        await stream.ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
        return IsAnswer(answer, message.Span) ? answer : null;
    }

    private static bool IsAnswer(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> message) =>
        answer.Length >= HeaderSize && answer[..FlagsOffset].SequenceEqual(message[..FlagsOffset]) && (answer[FlagsOffset] & ResponseBit) != 0;
}
