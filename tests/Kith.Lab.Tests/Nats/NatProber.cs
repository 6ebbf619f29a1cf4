using System.Net;
using System.Net.Sockets;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.Nats;

/// <summary>
/// Finds out what stands before a machine with plain sockets on both sides and nothing of Kith's: the tests of RFC 5780 section 4, from a server with two addresses and two ports.
/// </summary>
internal sealed class NatProber : IDisposable
{
    /// <summary>Datagrams in place of one: what loses one in ten does not lose so many.</summary>
    private const int Tries = 6;

    private const int MaxDatagram = 1_500;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Time for a lost SYN to be sent again (RFC 6298 section 2: after 1 s, then 2), for whom a connection is expected.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(8);

    private static int _tokens;
    private readonly Socket _main;
    private readonly Socket _otherPort;
    private readonly Socket _otherAddress;
    private readonly LabMachine _server;

    /// <param name="server">Has two addresses of each family.</param>
    /// <param name="family">The one to examine.</param>
    public NatProber(LabMachine server, AddressFamily family = AddressFamily.InterNetwork)
    {
        _server = server;
        var addresses = server.Addresses.Where(address => address.AddressFamily == family).ToList();
        _main = server.Namespace.OpenUdp(new IPEndPoint(addresses[0], 0));
        _otherPort = server.Namespace.OpenUdp(new IPEndPoint(addresses[0], 0));
        _otherAddress = server.Namespace.OpenUdp(new IPEndPoint(addresses[1], 0));
        Any = new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
    }

    private IPEndPoint Any { get; }

    public async Task<NatBehaviour> ExamineAsync(LabMachine person)
    {
        using var socket = person.Namespace.OpenUdp(Any);
        if (await SeeAsync(socket, _main) is not { } mapped)
            return new NatBehaviour(null, null);
        // Filtering first, while the server's other sockets have not been sent to.
        var filtering = await GetsThroughAsync(_otherAddress, socket, mapped) ? Dependence.None
            : await GetsThroughAsync(_otherPort, socket, mapped) ? Dependence.Address : Dependence.AddressAndPort;
        // What came unasked must not have changed where the next datagram comes from: both sides of a punch send before they are sent to.
        var samePort = Equals(await SeeAsync(socket, _otherPort), mapped);
        var sameAddress = Equals(await SeeAsync(socket, _otherAddress), mapped);
        return new NatBehaviour(sameAddress ? Dependence.None : samePort ? Dependence.Address : Dependence.AddressAndPort, filtering);
    }

    /// <summary>Where a machine's datagrams come from as the server sees it, for a socket that stays open.</summary>
    public async Task<(Socket Socket, IPEndPoint Mapped)> MapAsync(LabMachine person)
    {
        var socket = person.Namespace.OpenUdp(Any);
        return (socket, await SeeAsync(socket, _main) ?? throw new InvalidOperationException("no UDP"));
    }

    /// <summary>Whether the server still gets through at an address that it saw.</summary>
    public Task<bool> StillThereAsync((Socket Socket, IPEndPoint Mapped) mapping) => GetsThroughAsync(_main, mapping.Socket, mapping.Mapped);

    /// <summary>Of so many datagrams from a machine to the server and back, how many came: there, and back.</summary>
    public async Task<(int There, int Back)> CountAsync(LabMachine person, int datagrams)
    {
        using var socket = person.Namespace.OpenUdp(Any);
        socket.ReceiveBufferSize = _main.ReceiveBufferSize = datagrams * MaxDatagram;
        var mapped = await SeeAsync(socket, _main) ?? throw new InvalidOperationException("no UDP");
        for (var i = 0; i < datagrams; i++)
            await socket.SendToAsync(new byte[] { 0 }, EndPointOf(_main));
        var there = await DrainAsync(_main);
        for (var i = 0; i < datagrams; i++)
            await _main.SendToAsync(new byte[] { 0 }, mapped);
        return (there, await DrainAsync(socket));
    }

    /// <summary>Whether one machine's datagram comes to another at an address, and from where.</summary>
    public static async Task<IPEndPoint?> ReachAsync(Socket from, Socket to, IPEndPoint at)
    {
        await DrainAsync(to);
        return await SendAsync(from, at, to);
    }

    /// <summary>Whether a machine gets a TCP connection to a port of the server.</summary>
    /// <param name="person">Who connects.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="expected">Whether to be patient with it.</param>
    /// <param name="family">The server's address to use.</param>
    public async Task<bool> ConnectsAsync(LabMachine person, int port, bool expected = true, AddressFamily family = AddressFamily.InterNetwork)
    {
        var address = new IPEndPoint(_server.Addresses.First(address => address.AddressFamily == family), port);
        using var listener = _server.Namespace.OpenTcp(family);
        listener.Bind(address);
        listener.Listen();
        return await ConnectsAsync(person.Namespace.OpenTcp(family), address, expected ? ConnectPatience : Patience);
    }

    /// <summary>Whether the server gets a TCP connection to somebody.</summary>
    public Task<bool> ConnectsBackAsync(IPEndPoint to) => ConnectsAsync(_server.Namespace.OpenTcp(to.AddressFamily), to, Patience);

    public void Dispose()
    {
        _main.Dispose();
        _otherPort.Dispose();
        _otherAddress.Dispose();
    }

    private static async Task<bool> ConnectsAsync(Socket socket, IPEndPoint to, TimeSpan atMost)
    {
        using (socket)
        using (var patience = new CancellationTokenSource(atMost))
        {
            try
            {
                await socket.ConnectAsync(to, patience.Token);
                return true;
            }
            catch (Exception refused) when (refused is SocketException or OperationCanceledException)
            {
                return false;
            }
        }
    }

    private static Task<IPEndPoint?> SeeAsync(Socket person, Socket server) => SendAsync(person, EndPointOf(server), server);

    private static async Task<bool> GetsThroughAsync(Socket server, Socket person, IPEndPoint mapped) => await SendAsync(server, mapped, person) is not null;

    /// <summary>Sends a token of its own until it is there; where it came from. Null when it does not come.</summary>
    private static async Task<IPEndPoint?> SendAsync(Socket from, IPEndPoint to, Socket receiver)
    {
        var token = BitConverter.GetBytes(Interlocked.Increment(ref _tokens));
        using var patience = new CancellationTokenSource(Patience);
        var seen = ReceiveAsync(receiver, token, patience.Token);
        try
        {
            for (var i = 0; i < Tries && !seen.IsCompleted; i++)
            {
                await from.SendToAsync(token, to, CancellationToken.None);
                await Task.WhenAny(seen, Task.Delay(20));
            }
        }
        catch (SocketException)
        {
            // No route at all.
            await patience.CancelAsync();
        }

        return await seen;
    }

    private static async Task<IPEndPoint?> ReceiveAsync(Socket socket, byte[] token, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxDatagram];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, cancellationToken);
                if (buffer.AsSpan(0, got.ReceivedBytes).SequenceEqual(token))
                    return (IPEndPoint)got.RemoteEndPoint;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private static async Task<int> DrainAsync(Socket socket)
    {
        var (buffer, count) = (new byte[MaxDatagram], 0);
        // Nothing on the way takes longer than this: the lab has no delay.
        await Task.Delay(100);
        while (socket.Available > 0)
        {
            await socket.ReceiveAsync(buffer);
            count++;
        }

        return count;
    }

    private static IPEndPoint EndPointOf(Socket socket) => (IPEndPoint)socket.LocalEndPoint!;
}
