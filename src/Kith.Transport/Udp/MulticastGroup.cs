#pragma warning disable RS0030 // part of the carrier that owns UDP sockets

using System.Net;
using System.Net.Sockets;

namespace Kith.Transport.Udp;

/// <summary>A socket that hears one group on the interfaces that it is told.</summary>
internal sealed class MulticastGroup : IDisposable
{
    /// <summary>RFC 2365 section 6.1: the local scope; "Ki" in the last bytes.</summary>
    public static readonly IPAddress GroupFour = IPAddress.Parse("239.255.75.105");

    /// <summary>RFC 4291 section 2.7: transient, link-local scope; "Kith" in the last bytes.</summary>
    public static readonly IPAddress GroupSix = IPAddress.Parse("ff12::4b69:7468");

    private readonly IPAddress _group;
    private readonly Socket _socket;
    private readonly HashSet<int> _joined = [];
    private volatile int[] _interfaces = [];

    /// <exception cref="SocketException">The system refuses.</exception>
    public MulticastGroup(IPAddress group, int port)
    {
        _group = group;
        _socket = new Socket(group.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Several nodes on one machine: each gets its copy of a multicast datagram.
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            if (IsIPv6)
                _socket.DualMode = false;
            // Which group a datagram was sent to, and where it came in.
            _socket.SetSocketOption(Level, SocketOptionName.PacketInformation, optionValue: true);
            _socket.Bind(new IPEndPoint(IsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    private bool IsIPv6 => _group.AddressFamily == AddressFamily.InterNetworkV6;

    private SocketOptionLevel Level => IsIPv6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;

    /// <summary>A socket that sends to the group from one address, out of its interface; null when the system refuses, as for an address that has just gone.</summary>
    public static Socket? TryOpenSender(LocalInterface local)
    {
        var socket = new Socket(local.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            var level = local.IsIPv6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
            socket.Bind(new IPEndPoint(local.Address, 0));
            socket.SetSocketOption(level, SocketOptionName.MulticastInterface, local.IsIPv6 ? local.Index : IPAddress.HostToNetworkOrder(local.Index));
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, 1);
            socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, optionValue: true);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Joins on interfaces that came. Those that went have left by themselves.</summary>
    public void Follow(IEnumerable<LocalInterface> interfaces)
    {
        var now = interfaces.Select(local => local.Index).ToHashSet();
        _joined.IntersectWith(now);
        foreach (var index in now.Except(_joined).ToList())
        {
            try
            {
                if (IsIPv6)
                    _socket.SetSocketOption(Level, SocketOptionName.AddMembership, new IPv6MulticastOption(_group, index));
                else
                    _socket.SetSocketOption(Level, SocketOptionName.AddMembership, new MulticastOption(_group, index));
                _ = _joined.Add(index);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Joined already: it was gone for a moment only.
                _ = _joined.Add(index);
            }
            catch (SocketException)
            {
                // It went again, or takes no groups: the next look tries anew.
            }
        }

        _interfaces = [.. _joined];
    }

    /// <summary>Whether a datagram was sent to the group on an interface that is ours: Linux also gives us what other processes have joined elsewhere, and unicast.</summary>
    public bool IsFor(IPPacketInformation information) =>
        information.Address is { } address && address.GetAddressBytes().AsSpan().SequenceEqual(_group.GetAddressBytes()) && _interfaces.Contains(information.Interface);

    public ValueTask<SocketReceiveMessageFromResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, new IPEndPoint(IsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0), cancellationToken);

    public void Dispose() => _socket.Dispose();
}
