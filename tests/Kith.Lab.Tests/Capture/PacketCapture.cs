using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Kith.Lab.Tests.Networks;

namespace Kith.Lab.Tests.Capture;

/// <summary>Every packet that enters or leaves one machine, but on its loopback (packet(7)). No packet is missed: the kernel says how many it dropped.</summary>
internal sealed class PacketCapture : IDisposable
{
    private const int AllProtocols = 0x0003; // ETH_P_ALL
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int ForceReceiveBuffer = 33; // SO_RCVBUFFORCE
    private const int PacketLevel = 263; // SOL_PACKET
    private const int Statistics = 6; // PACKET_STATISTICS
    private const int BufferSize = 64 * 1024 * 1024;
    private const int LargestPacket = 128 * 1024;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly List<CapturedPacket> _packets = []; // guarded by itself
    private volatile bool _isDisposed;

    /// <param name="machine">The machine.</param>
    public PacketCapture(NetworkNamespace machine)
    {
        // Without link headers: a packet begins with the header of IP.
        _socket = machine.Inside(() => new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)BinaryPrimitives.ReverseEndianness((ushort)AllProtocols)));
        _socket.SetRawSocketOption(SocketLevel, ForceReceiveBuffer, BitConverter.GetBytes(BufferSize));
        _thread = new Thread(Read) { IsBackground = true, Name = "capture" };
        _thread.Start();
    }

    /// <summary>What came so far, in its order.</summary>
    public IReadOnlyList<CapturedPacket> Packets
    {
        get
        {
            lock (_packets)
                return [.. _packets];
        }
    }

    /// <summary>Packets that the kernel had no room for since this was asked last.</summary>
    public uint Missed()
    {
        Span<byte> statistics = stackalloc byte[8]; // tpacket_stats: packets, drops
        _socket.GetRawSocketOption(PacketLevel, Statistics, statistics);
        return BinaryPrimitives.ReadUInt32LittleEndian(statistics[4..]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _socket.Dispose();
        _thread.Join();
    }

    private void Read()
    {
        var buffer = new byte[LargestPacket];
        try
        {
            while (true)
            {
                var length = _socket.Receive(buffer);
                if (!CapturedPacket.TryRead(buffer.AsSpan(0, length), out var packet) || IPAddress.IsLoopback(packet.From.Address))
                    continue;
                lock (_packets)
                    _packets.Add(packet);
            }
        }
        catch (SocketException) when (_isDisposed)
        {
            return;
        }
        catch (ObjectDisposedException)
        {
            return;
        }
    }
}
