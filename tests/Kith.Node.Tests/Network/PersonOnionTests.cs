using System.Net;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Onion;
using Kith.Node.Network;
using Kith.Transport;
using Kith.Transport.Tor;
using Kith.Wire;

namespace Kith.Node.Tests.Network;

/// <summary>When Tor is told who gets in at the person's onion services: more at once, fewer in a quiet moment. Of a Tor that does not run: what it is told is tested over a private Tor network.</summary>
public sealed class PersonOnionTests : IAsyncDisposable
{
    private readonly TorRun _tor = new(new TorOptions { DataDirectory = "/nowhere" }, TimeProvider.System, SystemRandom.Instance);
    private readonly AccountKeys _keys = AccountKeys.Generate(SystemRandom.Instance, 0);
    private readonly List<OnionService> _services = [];
    private readonly PersonOnion _person;

    public PersonOnionTests() => _person = new PersonOnion(_keys, Serve, IPEndPoint.Parse("127.0.0.1:1"), IPEndPoint.Parse("127.0.0.1:2"));

    public async ValueTask DisposeAsync()
    {
        await _tor.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public void AtTheBeginning_AllAreClosed_AndThereIsRoomInTor()
    {
        Assert.All(_services, service => Assert.Null(service.Clients));
        Assert.Equal(OnionPlan.MaxServices + 1, _services.Select(service => service.Service).Distinct().Count());
        Assert.True(_services.Count < TorLimits.MaxServices);
        Assert.True(OnionPlan.MaxClients <= TorLimits.MaxClients);
        using var door = _keys.DeriveOnionKey();
        Assert.Equal(door.PublicKey, _person.Address.Service!.Value.Key);
        Assert.False(_person.Address.HasClientKey);
    }

    [Fact]
    public void NobodyIsLetIn_WhereAnEmptyListWouldLetEverybodyIn()
    {
        _person.Apply(new OnionPlan([.. Enumerable.Repeat<IReadOnlyCollection<X25519PublicKey>>([], OnionPlan.MaxServices)], null, 0), 0);
        Assert.All(_services, service => Assert.Null(service.Clients));
        _person.Apply(Plan([]), 0);
        Assert.All(_services.Skip(1), service => Assert.Null(service.Clients));
        // The door alone may be open to all, for those who know it from before.
        Assert.Equal(0, _services[0].Clients);
    }

    [Fact]
    public void WhoIsAdded_GetsInAtOnce_WhoIsRemovedGoesInAQuietMoment()
    {
        _person.Apply(Plan(null, 1, 2), 1_000);
        Assert.Equal(2, _services[1].Clients);
        Assert.Null(_person.NextDeadline);
        _person.Apply(Plan(null, 2, 3), 2_000);
        Assert.Equal(3, _services[1].Clients);
        Assert.Equal(2_000 + PersonOnion.MaxHolding, _person.NextDeadline);
        // One more goes a little later: not the time begins anew.
        _person.Apply(Plan(null, 3), 3_000);
        Assert.Equal(2_000 + PersonOnion.MaxHolding, _person.NextDeadline);
        _person.Tick(3_000);
        Assert.Equal(3, _services[1].Clients);
        _person.Quiet();
        Assert.Equal(1, _services[1].Clients);
        Assert.Null(_person.NextDeadline);
        _person.Apply(Plan(null), 4_000);
        Assert.Equal(1, _services[1].Clients);
        _person.Quiet();
        Assert.Null(_services[1].Clients);
    }

    [Fact]
    public void WithoutAQuietMoment_NobodyStaysLongerThanAMinute()
    {
        _person.Apply(Plan([], 1, 2), 1_000);
        _person.Apply(Plan([Key(9)], 2), 2_000);
        Assert.Equal((0, 2), (_services[0].Clients, _services[1].Clients));
        _person.Tick(2_000 + PersonOnion.MaxHolding - 1);
        Assert.Equal((0, 2), (_services[0].Clients, _services[1].Clients));
        _person.Tick(2_000 + PersonOnion.MaxHolding);
        Assert.Equal((1, 1), (_services[0].Clients, _services[1].Clients));
        Assert.Null(_person.NextDeadline);
    }

    [Fact]
    public void WhoComesBackBefore_WasNeverAway()
    {
        _person.Apply(Plan(null, 1, 2), 1_000);
        _person.Apply(Plan(null, 2), 2_000);
        _person.Apply(Plan(null, 1, 2), 3_000);
        Assert.Null(_person.NextDeadline);
        Assert.Equal(2, _services[1].Clients);
    }

    [Fact]
    public void FullService_TakesWhoIsToGetInBeforeWhoIsToGo()
    {
        _person.Apply(Plan(null, [.. Enumerable.Range(0, OnionPlan.MaxClients)]), 0);
        _person.Apply(Plan(null, [.. Enumerable.Range(1, OnionPlan.MaxClients)]), 0);
        Assert.Equal(OnionPlan.MaxClients, _services[1].Clients);
        Assert.Null(_person.NextDeadline);
    }

    [Fact]
    public void KeyOfAContactsService_IsForgottenOnceNobodyNamesIt()
    {
        var forgotten = new List<OnionAddress>();
        var keys = new ContactOnionKeys(forgotten.Add);
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        var (one, other) = (NodeAddress.Onion(_services[0].Service, 7300, key), NodeAddress.Onion(_services[1].Service, 7300, key));
        var (alice, bob) = (AccountId.FromBytes(new byte[32]), AccountId.FromBytes([1, .. new byte[31]]));
        keys.Set(alice, [one.Whole, "192.0.2.1:1", "nonsense"]);
        keys.Set(bob, [one.Whole, other.Whole]);
        keys.Set(alice, []);
        Assert.Empty(forgotten);
        keys.Set(bob, [other.Whole]);
        Assert.Equal([_services[0].Service], forgotten);
        keys.Set(bob, [other.ToString()]);
        Assert.Equal([_services[0].Service, _services[1].Service], forgotten);
    }

    private static OnionPlan Plan(IReadOnlyCollection<X25519PublicKey>? door, params int[] contacts) => new([[.. contacts.Select(Key)]], door, 0);

    private static X25519PublicKey Key(int i)
    {
        Assert.True(X25519PublicKey.TryParse(Sha256.Hash(BitConverter.GetBytes(i)), out var key));
        return key;
    }

    private OnionService Serve(Ed25519PrivateKey key, IPEndPoint target)
    {
        var service = _tor.Serve(key, 7300, target, clients: null);
        _services.Add(service);
        return service;
    }
}
