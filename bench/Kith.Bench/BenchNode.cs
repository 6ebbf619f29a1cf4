using System.Collections.Concurrent;
using Kith.Delivery;
using Kith.Messaging;
using Kith.Messaging.Conversations;
using Kith.Node;
using Kith.Node.Events;
using Kith.Wire;

namespace Kith.Bench;

/// <summary>A whole node in this process, as <c>kith up</c> runs it: vault with full sync, sessions, API. Commands go straight to its loop.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly KithNode _node;
    private readonly IDisposable _subscription;
    private readonly ConcurrentDictionary<MessageId, TaskCompletionSource> _waiting = new();
    private readonly ConcurrentDictionary<MessageId, byte> _received = new();
    private readonly ConcurrentDictionary<MessageId, byte> _stored = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _delivered;
    private volatile Target? _target;

    private BenchNode(KithNode node)
    {
        _node = node;
        _subscription = node.Events.Listen(Observe);
    }

    /// <summary>The port that it listens on, UDP and TCP.</summary>
    public int Port => System.Net.IPEndPoint.Parse(_node.ListenAddresses[0]).Port;

    public int Delivered => Volatile.Read(ref _delivered);

    /// <summary>Messages of others that came in this run.</summary>
    public int Received => _received.Count;

    /// <summary>Messages of ours that enough holders have taken, in this run.</summary>
    public int Stored => _stored.Count;

    /// <summary>Holders known to answer.</summary>
    public int Holders => _node.Room().Holders;

    /// <summary>Forwarders known.</summary>
    public async Task<int> CountForwardersAsync() => (await _node.StatusAsync()).Forwarding?.Known ?? 0;

    /// <summary>Told of the text of each message that comes, after its commit.</summary>
    public Action<string>? WhenReceived { get; set; }

    /// <summary>Starts a node on loopback.</summary>
    /// <param name="home">Its home, new or not.</param>
    /// <param name="name">The person's name.</param>
    /// <param name="port">Where it listens; 0 for the port of last time.</param>
    /// <param name="entry">The way into the overlay, HOST:PORT; null for none.</param>
    /// <param name="carrier">"tcp" for sessions over TCP alone.</param>
    /// <param name="room">Room for others' drops, bytes.</param>
    /// <param name="privacy">Who may learn where it is; null for the home's setting.</param>
    public static async Task<BenchNode> StartAsync(string home, string name, int port = 0, string? entry = null, string carrier = "udp", long room = 0, string? privacy = null) => new(await KithNode.StartAsync(
        new NodeOptions
        {
            Home = home,
            Name = name,
            Privacy = privacy,
            Listen = [$"127.0.0.1:{port}"],
            Network = new NetworkOptions { Room = room, UdpSessions = carrier != "tcp", LocalNetwork = false, Mainline = false, Entries = entry is null ? [] : [entry] },
        },
        CancellationToken.None));

    /// <summary>Forwarders keep packets of its no longer than they must, from now on.</summary>
    public Task<bool> HurryAsync() => _node.InvokeAsync(static messenger =>
    {
        messenger.ChangeSettings(messenger.Settings with { Paths = messenger.Settings.Paths with { HopDelay = 0 } });
        return true;
    });

    public Task<string> CreateLinkAsync() => _node.InvokeAsync(messenger => messenger.CreateLink(1, TimeSpan.FromHours(1)).Link);

    public Task<AccountId> AddAsync(string link) => _node.InvokeAsync(messenger => messenger.AddContact(link, null).Id);

    /// <summary>Waits until somebody is connected, and says who.</summary>
    public async Task<AccountId> PeerAsync()
    {
        await _connected.Task;
        return (await _node.InvokeAsync(messenger => messenger.Contacts()))[0].Id;
    }

    /// <summary>Sends a message and waits for the receipt of the other side's commit.</summary>
    public async Task DeliverAsync(AccountId to, string text, RouteKind route = RouteKind.Auto)
    {
        var delivered = new TaskCompletionSource();
        await _node.InvokeAsync(messenger =>
        {
            var sent = messenger.SendText(to, text, null, route);
            _waiting[sent.Id] = delivered;
            return sent.Id;
        });
        await delivered.Task;
    }

    /// <summary>Hands over a message; its task ends when it is committed here.</summary>
    public Task SendAsync(AccountId to, string text) => _node.InvokeAsync(messenger => messenger.SendText(to, text, null, RouteKind.Auto).Id);

    /// <summary>Ends when so many messages of ours have been delivered in all.</summary>
    public Task WhenDeliveredAsync(int count)
    {
        var target = new Target(count);
        _target = target;
        if (Delivered >= count)
            target.Reached.TrySetResult();
        return target.Reached.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _node.DisposeAsync();
    }

    private void Observe(NodeEvent happened)
    {
        switch ((happened as NodeEvent.Messaging)?.What)
        {
            case MessengerEvent.ContactChanged { Contact.State: ContactState.Connected }:
                _connected.TrySetResult();
                break;
            case MessengerEvent.MessageChanged { Message: { FromMe: false } received }:
                if (_received.TryAdd(received.Id, 0))
                    WhenReceived?.Invoke(received.Text);
                break;
            case MessengerEvent.MessageChanged { Message: { FromMe: true, State: MessageState.Stored } stored }:
                _stored.TryAdd(stored.Id, 0);
                break;
            case MessengerEvent.MessageChanged { Message: { FromMe: true, State: MessageState.Delivered } message }:
                var count = Interlocked.Increment(ref _delivered);
                if (_waiting.TryRemove(message.Id, out var waiting))
                    waiting.TrySetResult();
                if (_target is { } target && count >= target.Count)
                    target.Reached.TrySetResult();
                break;
        }
    }

    private sealed record Target(int Count)
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
