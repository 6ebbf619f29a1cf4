using System.Collections.Concurrent;
using Kith.Crypto;
using Kith.Transport.Tcp;
using Kith.Transport.Tor;
using Kith.Transport.Udp;

namespace Kith.Transport.Dialing;

/// <summary>
/// Calls nodes without saying who calls: each session has a static key of its own, which is erased when it ends. Over UDP first, over TCP a little later where nobody answers by it; at onion addresses over Tor, where there is one.
/// For several threads. Sessions are whoever asked for them's; dispose it when they are closed.
/// </summary>
/// <param name="udp">Sessions over datagrams; null where there are none.</param>
/// <param name="identity">This node: of it the swarm's key and the randomness serve.</param>
/// <param name="time">The clock of every timeout.</param>
public sealed class NamelessDialer(UdpCarrier? udp, TransportIdentity identity, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Task, bool> _ends = new();

    /// <summary>Calls onion addresses; null leaves them out.</summary>
    public TorCarrier? Tor { get; init; }

    /// <summary>Whether nothing but onion addresses is called: everything else is left out.</summary>
    public bool OnionOnly { get; init; }

    /// <summary>Calls whoever is at one of the addresses.</summary>
    /// <param name="addresses">Where the node may be, the most likely first; those that nothing here leads to are left out.</param>
    /// <param name="remoteKey">The key the other node must prove; null takes whoever answers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SessionException">Nobody answered, or refused.</exception>
    public async Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, CancellationToken cancellationToken = default)
    {
        var key = X25519PrivateKey.Generate(identity.Random);
        try
        {
            var session = await ConnectAsync(addresses, remoteKey, key, cancellationToken).ConfigureAwait(false);
            EraseAtEnd(session, key);
            return session;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Calls under a static key of the caller's: for who must be the same to one node each time, and to no other.</summary>
    /// <param name="addresses">Where the node may be, the most likely first; those that nothing here leads to are left out.</param>
    /// <param name="remoteKey">The key the other node must prove; null takes whoever answers.</param>
    /// <param name="key">Stays the caller's, and must outlive the session.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SessionException">Nobody answered, or refused.</exception>
    public Task<ISession> ConnectAsync(IReadOnlyList<NodeAddress> addresses, X25519PublicKey? remoteKey, X25519PrivateKey key, CancellationToken cancellationToken)
    {
        var nameless = identity with { StaticKey = key };
        var ways = new List<Func<CancellationToken, Task<ISession>>>();
        if (!OnionOnly && udp is not null && addresses.Where(udp.Takes).ToArray() is { Length: > 0 } overUdp)
            ways.Add(ct => udp.ConnectAsync(overUdp, remoteKey, nameless, ct));
        var tcp = new TcpCarrier(nameless, time);
        if (!OnionOnly && addresses.Where(tcp.Takes).ToArray() is { Length: > 0 } overTcp)
            ways.Add(ct => tcp.ConnectAsync(overTcp, remoteKey, ct));
        if (Tor is { } tor && addresses.Where(tor.Takes).ToArray() is { Length: > 0 } overTor)
            ways.Add(ct => tor.ConnectAsync(overTor, remoteKey, nameless, ct));
        return DialRace.RunAsync(ways, static (way, ct) => way(ct), time, cancellationToken);
    }

    /// <summary>Waits for the end of every session, so that no key is left.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_ends.Keys).ConfigureAwait(false);

    private void EraseAtEnd(ISession session, X25519PrivateKey key)
    {
        var end = session.Closed.ContinueWith(_ => key.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _ends[end] = true;
        _ = end.ContinueWith(done => _ends.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
