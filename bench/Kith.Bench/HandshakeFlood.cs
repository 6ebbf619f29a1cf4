using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>
/// The second process: sends real first messages of handshakes, each from another address of 127/8 than the last, at a steady rate to a port of this machine. They are made once, by dials
/// to a socket of its own, and sent again and again: making each anew would cost the attacker more than the node.
/// </summary>
internal static class HandshakeFlood
{
    private const int Different = 1_024;
    private const int Addresses = 64;
    private static readonly TimeSpan Beginning = TimeSpan.FromMilliseconds(50);
    private const int LargestDatagram = 2_048;

    public static async Task<int> RunAsync(int port, int perSecond)
    {
        var initials = await CollectAsync();
        Console.WriteLine("ready");
        var sockets = Enumerable.Range(1, Addresses).Select(Open).ToList();
        var target = new IPEndPoint(IPAddress.Loopback, port);
        long sent = 0;
        // Each line switches it on or off.
        while (await Console.In.ReadLineAsync() is not null)
        {
            var stop = Task.Run(Console.In.ReadLine);
            var (begun, started) = (sent, Stopwatch.GetTimestamp());
            var isFlowing = false;
            while (!stop.IsCompleted)
            {
                var due = begun + (long)(Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond);
                for (; sent < due; sent++)
                    sockets[(int)(sent % Addresses)].SendTo(initials[(int)(sent % initials.Count)], target);
                if (!isFlowing && Stopwatch.GetElapsedTime(started) > Beginning)
                {
                    isFlowing = true;
                    Console.WriteLine("flowing");
                }

                Thread.Sleep(1);
            }

            Console.WriteLine(((sent - begun) / Stopwatch.GetElapsedTime(started).TotalSeconds).ToString(CultureInfo.InvariantCulture));
        }

        sockets.ForEach(socket => socket.Dispose());
        return 0;
    }

    private static async Task<List<byte[]>> CollectAsync()
    {
        using var mailbox = Open(Addresses + 1);
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        await using var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        await using var carrier = new UdpCarrier(port, new TransportIdentity(key, null, SystemRandom.Instance), TimeProvider.System);
        var at = Endpoint.From((IPEndPoint)mailbox.LocalEndPoint!);
        var initials = new List<byte[]>();
        var buffer = new byte[LargestDatagram];
        while (initials.Count < Different)
        {
            await using var dial = carrier.Dial(remoteKey: null);
            dial.Try(at);
            var count = await mailbox.ReceiveAsync(buffer);
            initials.Add(buffer[..count]);
        }

        return initials;
    }

    private static Socket Open(int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"127.0.2.{number}")), 0));
        return socket;
    }
}
