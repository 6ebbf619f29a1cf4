using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kith.Crypto;
using Kith.Transport.PortMapping;
using Kith.Transport.Tcp;

namespace Kith.Transport.Tests.Namespaces;

/// <summary>Not tests: what the processes do that tests start on machines of their own.</summary>
public sealed class Roles
{
    private static string[] Arguments
    {
        get
        {
            var role = Environment.GetEnvironmentVariable(Role.Variable);
            Assert.SkipWhen(role is null, "run by the tests beside it, each time on a machine of theirs");
            return role!.Split(' ');
        }
    }

    /// <summary>A node's port, mapped at the router, that says what comes to it. Arguments: the port; the protocols that it may use, or all.</summary>
    [Fact]
    public async Task Mapped()
    {
        var port = ushort.Parse(Arguments[0], CultureInfo.InvariantCulture);
        var only = Arguments.Length > 1 ? Enum.Parse<MappingProtocol>(Arguments[1]) : (MappingProtocol?)null;
        using var udp = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        udp.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        using var tcp = new TcpListener(IPAddress.IPv6Any, port);
        tcp.Server.DualMode = true;
        tcp.Start();
        using var stop = new CancellationTokenSource();
        var hearing = Task.WhenAll(HearAsync(udp, stop.Token), AcceptAsync(tcp, stop.Token));
        var mapper = PortMapper.Start(port, Say, SystemRandom.Instance, TimeProvider.System, gateway => [.. PortMapper.ProtocolsOf(gateway, SystemRandom.Instance, TimeProvider.System).Where(one => only is null || one.Protocol == only)]);
        // That they are given back is what is tested, not how fast this machine is.
        mapper.StopTime = TimeSpan.FromMinutes(1);
        while (await Task.Run(Console.In.ReadLine) is not null)
            mapper.Wake();
        await mapper.DisposeAsync();
        await stop.CancelAsync();
        await hearing;
    }

    /// <summary>A node that opens a connection to another at the same time as it, each time that it is told to. Arguments: own port, the other's endpoint, whether it initiates.</summary>
    [Fact]
    public async Task Opener()
    {
        var port = int.Parse(Arguments[0], CultureInfo.InvariantCulture);
        var remote = IPEndPoint.Parse(Arguments[1]);
        var initiates = bool.Parse(Arguments[2]);
        using var mine = Key(initiates);
        using var theirs = Key(!initiates);
        var carrier = new TcpCarrier(new TransportIdentity(mine, null, SystemRandom.Instance), TimeProvider.System);
        await using var listener = await carrier.ListenAsync(new IPEndPoint(IPAddress.Any, port));
        Role.Say("ready");
        while (await Task.Run(Console.In.ReadLine) is not null)
        {
            try
            {
                await using var session = await carrier.OpenSimultaneouslyAsync(remote, theirs.PublicKey, initiates);
                Role.Say("open " + (await EchoAsync(session, initiates)).ToString(CultureInfo.InvariantCulture));
            }
            catch (SessionException error)
            {
                Role.Say("failed " + error.Message);
            }
        }
    }

    private static async Task<int> EchoAsync(ISession session, bool initiates)
    {
        if (initiates)
        {
            var stream = await session.OpenStreamAsync(StreamIo.Kind);
            await stream.WriteAsync(StreamIo.Bytes(1_000));
            await stream.Output.CompleteAsync();
            return (await stream.ReadToEndAsync()).Length;
        }

        var accepted = await session.AcceptAsync();
        var bytes = await accepted.ReadToEndAsync();
        await accepted.WriteAsync(bytes);
        await accepted.Output.CompleteAsync();
        return bytes.Length;
    }

    private static X25519PrivateKey Key(bool ofInitiator) => X25519PrivateKey.FromBytes(Enumerable.Repeat((byte)(ofInitiator ? 1 : 2), 32).ToArray());

    private static void Say(MappingState state) =>
        Role.Say($"mapped {string.Join(' ', state.Ports.Select(port => $"{port.Protocol}/{(port.IsUdp ? "udp" : "tcp")}/{port.External}/{port.Lifetime.TotalSeconds}"))} double={state.IsDoubleNat} {state.Problem}");

    private static async Task HearAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[100];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.IPv6Any, 0), stop);
                Role.Say("udp " + Encoding.ASCII.GetString(buffer, 0, received.ReceivedBytes).Trim());
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task AcceptAsync(TcpListener listener, CancellationToken stop)
    {
        var buffer = new byte[100];
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                var count = await client.GetStream().ReadAsync(buffer, stop);
                Role.Say("tcp " + Encoding.ASCII.GetString(buffer, 0, count).Trim());
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
