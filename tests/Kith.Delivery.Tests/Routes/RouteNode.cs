using System.Net;
using System.Threading.Channels;
using Kith.Crypto;
using Kith.Delivery.Routes;
using Kith.Transport;
using Kith.Transport.Tcp;
using Kith.Wire;

namespace Kith.Delivery.Tests.Routes;

/// <summary>A direct route on loopback, with its input in a channel.</summary>
internal sealed class RouteNode : IPeerInputSink, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly Channel<PeerInput> _input;

    private RouteNode(int capacity, SessionTakers? takers, Func<AccountId?, string, bool>? allows)
    {
        _input = Channel.CreateBounded<PeerInput>(capacity);
        Carrier = new TcpCarrier(new TransportIdentity(_key, null, SystemRandom.Instance), TimeProvider.System);
        Route = new DirectRoute(_key.PublicKey, [Carrier], this, TimeProvider.System, SystemRandom.Instance) { Takers = takers, Allows = allows };
        Account = AccountId.FromBytes(_key.PublicKey.ToArray());
    }

    public TcpCarrier Carrier { get; }

    public DirectRoute Route { get; }

    public AccountId Account { get; }

    public X25519PublicKey Key => _key.PublicKey;

    public string Address { get; private set; } = "";

    /// <summary>Whether anything came that was not taken yet.</summary>
    public bool HasInput => _input.Reader.Count > 0;

    public static async Task<RouteNode> StartAsync(int capacity = 1024, SessionTakers? takers = null, Func<AccountId?, string, bool>? allows = null)
    {
        var node = new RouteNode(capacity, takers, allows);
        node.Address = (await node.Route.ListenAsync(node.Carrier, new IPEndPoint(IPAddress.Loopback, 0))).ToString();
        return node;
    }

    public bool TryPost(PeerInput input) => _input.Writer.TryWrite(input);

    public ValueTask PostAsync(PeerInput input, CancellationToken cancellationToken) => _input.Writer.WriteAsync(input, cancellationToken);

    public void Want(RouteNode other, bool withAddress = true) => Route.Want(other.Account, other.Key, withAddress ? [other.Address] : []);

    /// <summary>The next input of a kind; others before it are dropped.</summary>
    public async Task<T> NextAsync<T>()
        where T : PeerInput
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await _input.Reader.ReadAsync(patience.Token) is T found)
                return found;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Route.DisposeAsync();
        _key.Dispose();
    }
}
