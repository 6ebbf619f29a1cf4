#pragma warning disable RS0030 // the carrier that owns UDP sockets

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading.Channels;
using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>
/// Small datagrams to and from everybody on the local network: one group for IPv4 and one for IPv6, joined on each interface that the node listens on, followed as interfaces come
/// and go. Several processes of one machine share the port and all hear everything. Nothing sent leaves the local network: TTL and hop limit are 1. Takes only what was sent to the
/// group, on an interface that it joined. For several threads.
/// </summary>
public sealed partial class MulticastPort : IAsyncDisposable
{
    /// <summary>The port of both groups.</summary>
    public const int DefaultPort = 19273;

    /// <summary>What it is called towards people.</summary>
    public static string Name { get; } = $"{MulticastGroup.GroupFour}:{DefaultPort}";

    /// <summary>The longest datagram taken, bytes; longer ones are dropped.</summary>
    public const int MaxDatagram = 512;

    /// <summary>Datagrams that wait to be sent; of more the oldest is dropped.</summary>
    public const int MaxWaiting = 8;

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stopping = new();
    private readonly IReadOnlyList<IPAddress> _listenAddresses;
    private readonly int _port;
    private readonly IDatagramTaker _taker;
    private readonly TimeProvider _time;
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly List<Task> _loops = [];
    private readonly Lock _gate = new(); // guards the interfaces and senders
    private readonly MulticastGroup? _four;
    private readonly MulticastGroup? _six;
    private readonly Dictionary<LocalInterface, Socket> _senders = [];
    private readonly Action? _changed;
    private HashSet<LocalInterface> _followed = [];

    private MulticastPort(IReadOnlyList<IPAddress> listenAddresses, int port, IDatagramTaker taker, TimeProvider time, Action? changed)
    {
        _changed = changed;
        _listenAddresses = listenAddresses;
        _port = port;
        _taker = taker;
        _time = time;
        _four = Join(AddressFamily.InterNetwork, MulticastGroup.GroupFour);
        _six = Join(AddressFamily.InterNetworkV6, MulticastGroup.GroupSix);
    }

    /// <summary>Why nothing is heard from others, one sentence; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens the port and begins to receive. It never throws for what the system refuses: see <see cref="Problem"/>.</summary>
    /// <param name="listenAddresses">What the node itself listens on: the group is joined on the interfaces of these addresses alone; "any" addresses stand for all interfaces.</param>
    /// <param name="taker">Takes what comes, each at once.</param>
    /// <param name="time">The clock of pauses.</param>
    /// <param name="port">Another port than <see cref="DefaultPort"/>: for tests.</param>
    /// <param name="changed">Called, from any thread, when the interfaces of these addresses have come or gone: systems tell of some changes only when asked, which is done with
    /// each datagram sent.</param>
    public static MulticastPort Open(IReadOnlyList<IPAddress> listenAddresses, IDatagramTaker taker, TimeProvider time, int port = DefaultPort, Action? changed = null)
    {
        var opened = new MulticastPort(listenAddresses, port, taker, time, changed);
        _ = opened.TryFollow();
        NetworkChange.NetworkAddressChanged += opened.OnAddressChanged;
        NetworkChange.NetworkAvailabilityChanged += opened.OnAddressChanged;
        foreach (var group in (ReadOnlySpan<MulticastGroup?>)[opened._four, opened._six])
        {
            if (group is not null)
                opened._loops.Add(opened.ReceiveAsync(group));
        }

        opened._loops.Add(opened.SendAsync());
        return opened;
    }

    /// <summary>Sends a datagram to everybody, soon and at best effort.</summary>
    public void Send(ReadOnlySpan<byte> datagram) => _ = _outgoing.Writer.TryWrite(datagram.ToArray());

    /// <summary>Closes the port; when this completes, the taker is called no more.</summary>
    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        NetworkChange.NetworkAvailabilityChanged -= OnAddressChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _four?.Dispose();
        _six?.Dispose();
        await Task.WhenAll(_loops).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var sender in _senders.Values)
                sender.Dispose();
            _senders.Clear();
        }

        _stopping.Dispose();
    }

    private MulticastGroup? Join(AddressFamily family, IPAddress group)
    {
        if (!_listenAddresses.Any(address => address.AddressFamily == family))
            return null;
        try
        {
            return new MulticastGroup(group, _port);
        }
        catch (SocketException error)
        {
            // A machine without IPv6 is well without it.
            if (family == AddressFamily.InterNetwork)
                Problem = $"the local network is not heard: the system does not give the UDP port {_port} ({error.SocketErrorCode})";
            return null;
        }
    }

    private void OnAddressChanged(object? sender, EventArgs e) => Follow();

    private void Follow()
    {
        if (TryFollow())
            _changed?.Invoke();
    }

    /// <summary>Joins the group on interfaces that came, and opens and closes their senders; false when none came or went.</summary>
    private bool TryFollow()
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return false;
            var (joined, senders) = LocalInterface.Of(_listenAddresses);
            var hasChanged = !_followed.SetEquals(joined);
            _followed = [.. joined];
            _four?.Follow(joined.Where(local => !local.IsIPv6));
            _six?.Follow(joined.Where(local => local.IsIPv6));
            foreach (var gone in _senders.Keys.Except(senders).ToList())
            {
                _senders[gone].Dispose();
                _ = _senders.Remove(gone);
            }

            foreach (var come in senders.Except(_senders.Keys).ToList())
            {
                if (MulticastGroup.TryOpenSender(come) is { } socket)
                    _senders.Add(come, socket);
            }

            return hasChanged;
        }
    }

    private async Task SendAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await foreach (var datagram in _outgoing.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                // Datagrams are seldom: looking anew each time finds what the system did not tell.
                Follow();
                lock (_gate)
                {
                    foreach (var (local, socket) in _senders)
                        SendOn(local, socket, datagram);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The port closes.
        }
    }

    private void SendOn(LocalInterface local, Socket socket, byte[] datagram)
    {
        try
        {
            var group = local.IsIPv6 ? new IPAddress(MulticastGroup.GroupSix.GetAddressBytes(), local.Index) : MulticastGroup.GroupFour;
            _ = socket.SendTo(datagram, new IPEndPoint(group, _port));
        }
        catch (SocketException)
        {
            // An interface that is going: the others go on, and the next look closes it.
        }
    }

    private async Task ReceiveAsync(MulticastGroup group)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var buffer = new byte[MaxDatagram + 1];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var received = await group.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false);
                if (received.ReceivedBytes <= MaxDatagram && group.IsFor(received.PacketInformation))
                    _taker.Take(Endpoint.From((IPEndPoint)received.RemoteEndPoint), buffer.AsSpan(0, received.ReceivedBytes));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.MessageSize)
            {
                // Longer than anything that is meant for us.
            }
            catch (SocketException)
            {
                // An interface went. An error that stays must not spin.
                if (!_stopping.IsCancellationRequested)
                    await Task.Delay(ErrorPause, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
