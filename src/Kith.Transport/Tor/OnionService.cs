using System.Net;
using Kith.Crypto;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tor;

/// <summary>How far an onion service is.</summary>
public enum OnionPhase
{
    /// <summary>Tor is not there, or has not been told of it yet.</summary>
    Waiting = 0,

    /// <summary>Tor has it, and no directory has its descriptor yet: nobody finds it.</summary>
    Publishing = 1,

    /// <summary>A directory has taken the descriptor.</summary>
    Published = 2,

    /// <summary>Tor refused it; it is tried again.</summary>
    Failed = 3,

    /// <summary>It is closed to everybody: Tor does not have it.</summary>
    Closed = 4,
}

/// <summary>
/// An onion service of this node's: there whenever Tor is, until it is disposed of. While it has client keys, only who holds one of them can find out where it is to be met (rend-spec-v3,
/// section 2.5.1); with an empty list of them, everybody who knows its address; while it is closed nobody, and Tor does not know of it. A change of the keys publishes it anew: for about a second nobody new gets in. When a key was added, connections that stand go on;
/// when one was removed all of them end, since nobody can tell whose they are, and those who may come in again.
/// </summary>
public sealed class OnionService : IDisposable
{
    private readonly TorRun _run;
    private readonly Ed25519PrivateKey _key;
    private readonly IReadOnlyList<(int Port, IPEndPoint Target)> _ports;
    private readonly Lock _gate = new(); // guards everything below
    private TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HashSet<X25519PublicKey>? _clients; // null: closed
    private OnionPhase _phase;
    private string? _problem;
    private int _wanted = 1; // the version of the clients
    private int _applied; // 0: Tor was told nothing
    private bool _isThere; // Tor has it
    private bool _isBeingTold; // Tor is asked to take it
    private long? _appliedAt;
    private bool _isGone;
    private bool _hasRemoved; // a client, since Tor was told last

    internal OnionService(TorRun run, Ed25519PrivateKey key, IReadOnlyList<(int Port, IPEndPoint Target)> ports, IReadOnlyCollection<X25519PublicKey>? clients)
    {
        _run = run;
        _key = Ed25519PrivateKey.FromSeed(key.Seed);
        _ports = ports;
        _clients = Checked(clients);
        Port = ports[0].Port;
        Service = OnionAddress.Of(key.PublicKey);
    }

    /// <summary>Raised after <see cref="Phase"/> or <see cref="Problem"/> changed, on any thread: do not block there.</summary>
    public event Action? Changed;

    /// <summary>Its address.</summary>
    public OnionAddress Service { get; }

    /// <summary>The port that others call it at.</summary>
    public int Port { get; }

    /// <summary>Its address as contacts get it.</summary>
    public NodeAddress Address => NodeAddress.Onion(Service, Port);

    /// <summary>How far it is.</summary>
    public OnionPhase Phase
    {
        get
        {
            lock (_gate)
                return _phase;
        }
    }

    /// <summary>Why it is not published, in one sentence; null when nothing is wrong.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate)
                return _problem;
        }
    }

    /// <summary>How many keys it lets in by; 0 for everybody, null while it is closed.</summary>
    public int? Clients
    {
        get
        {
            lock (_gate)
                return _clients?.Count;
        }
    }

    /// <summary>Sets whom it lets in; nobody in the list lets everybody in, and null closes it to all. Nothing happens when they are the same.</summary>
    /// <exception cref="ArgumentException">More than <see cref="TorLimits.MaxClients"/>.</exception>
    public void SetClients(IReadOnlyCollection<X25519PublicKey>? clients)
    {
        var set = Checked(clients);
        lock (_gate)
        {
            if (set is null ? _clients is null : _clients is not null && set.SetEquals(_clients))
                return;
            // From everybody to a few is a removal too.
            _hasRemoved |= _clients is not null && (set is null || _clients.Count == 0 || (set.Count > 0 && !set.IsSupersetOf(_clients)));
            _clients = set;
            _wanted++;
        }

        if (set is not null)
            Show(OnionPhase.Waiting, null, OnionPhase.Closed);

        _run.Apply();
    }

    /// <summary>Waits until a directory has its descriptor, with the clients of now; for as long as it is closed, too.</summary>
    public async Task WaitPublishedAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task published;
            lock (_gate)
            {
                if (_phase == OnionPhase.Published && _applied == _wanted)
                    return;
                published = _published.Task;
            }

            await published.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes it away from Tor, with all of its connections.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isGone)
                return;
            _isGone = true;
        }

        _run.Apply();
    }

    /// <summary>Whether it was disposed of.</summary>
    internal bool IsGone
    {
        get
        {
            lock (_gate)
                return _isGone;
        }
    }

    /// <summary>Whether it was disposed of, and Tor neither has it nor is about to.</summary>
    internal bool IsOver
    {
        get
        {
            lock (_gate)
                return _isGone && !_isThere && !_isBeingTold;
        }
    }

    /// <summary>Tor is gone, and all of its services with it.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            _applied = 0;
            _isThere = _isBeingTold = false;
            _appliedAt = null;
        }

        Show(OnionPhase.Waiting, null);
    }

    /// <summary>What Tor must be told now; nothing, and maybe a wait, when it is up to date or it is too soon.</summary>
    internal (ServiceTask? Task, TimeSpan Wait) Due(TimeProvider time)
    {
        lock (_gate)
        {
            if (_isGone)
                return (_isThere ? new ServiceTask(true, true, null, 0) : null, default);
            if (_applied == _wanted)
                return default;
            if (_clients is null)
                return (new ServiceTask(_isThere, _isThere, null, _wanted), default);
            if (_appliedAt is { } at && TorLimits.RepublishInterval - time.GetElapsedTime(at) is var wait && wait > TimeSpan.Zero)
                return (null, wait);
            _isBeingTold = true;
            // The control protocol cannot change a service's clients: it goes, and comes again.
            return (new ServiceTask(_isThere, _hasRemoved, ControlCommands.AddOnion(_key, _ports, _clients), _wanted), default);
        }
    }

    /// <summary>What <see cref="Due"/> said was done, or Tor refused it.</summary>
    internal void Applied(int version, bool isThere, string? problem, TimeProvider time)
    {
        lock (_gate)
        {
            _applied = problem is null ? version : 0;
            _isThere = isThere && problem is null;
            _isBeingTold = false;
            // Until it was done: a Tor that was away meanwhile may have kept the circuits of whoever was removed.
            if (problem is null && version == _wanted)
                _hasRemoved = false;
            if (isThere)
                _appliedAt = time.GetTimestamp();
        }

        Show(problem is not null ? OnionPhase.Failed : isThere ? OnionPhase.Publishing : OnionPhase.Closed, problem);
    }

    /// <summary>What Tor is told of a service, in this order.</summary>
    /// <param name="Delete">That it has it no more.</param>
    /// <param name="Cut">To close everything that stands.</param>
    /// <param name="Add">The command that adds it again; null where Tor is to be without it.</param>
    /// <param name="Version">Of the clients that it has then.</param>
    internal sealed record ServiceTask(bool Delete, bool Cut, string? Add, int Version);

    /// <summary>Tor has no such service any more, and nobody else needs the key.</summary>
    internal void Erase() => _key.Dispose();

    /// <summary>What became of its descriptor.</summary>
    internal void OnDescriptor(DescriptorEvent described)
    {
        if (described.Action == DescriptorEvent.Uploaded)
            Show(OnionPhase.Published, null, OnionPhase.Publishing);
        else if (described.Action == DescriptorEvent.Failed && described.Reason == "UPLOAD_REJECTED")
            Show(OnionPhase.Publishing, "a directory of Tor's refused what it should know of this node's onion service", OnionPhase.Publishing);
    }

    private static HashSet<X25519PublicKey>? Checked(IReadOnlyCollection<X25519PublicKey>? clients)
    {
        var set = clients?.ToHashSet();
        return set is null || set.Count <= TorLimits.MaxClients ? set : throw new ArgumentException($"an onion service takes {TorLimits.MaxClients} client keys at most", nameof(clients));
    }

    private void Show(OnionPhase phase, string? problem, OnionPhase? from = null)
    {
        TaskCompletionSource? published = null;
        lock (_gate)
        {
            if ((_phase, _problem) == (phase, problem) || (from is not null && _phase != from))
                return;
            (_phase, _problem) = (phase, problem);
            if (phase == OnionPhase.Published)
            {
                published = _published;
                _published = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        published?.TrySetResult();
        Changed?.Invoke();
    }
}
