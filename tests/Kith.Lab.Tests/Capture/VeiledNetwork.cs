using Kith.Lab.Tests.Nats;
using Kith.Lab.Tests.Networks;
using Kith.Lab.Tests.People;

namespace Kith.Lab.Tests.Capture;

/// <summary>
/// An internet with public nodes that forward, each in a prefix of its own, and people behind NATs of their own, as most are: such nodes forward nothing, keep nothing for others and are asked nothing, so whatever a
/// person's node sends it sends for its person, or to make itself known. Each machine's packets are captured, of a person those outside of the NAT.
/// </summary>
internal sealed class VeiledNetwork : IAsyncDisposable
{
    private const int Port = 7300;
    public static readonly string[] Listen = ["--listen", $"0.0.0.0:{Port}"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Dictionary<LabPerson, PacketCapture> _captures = [];
    private readonly List<PacketCapture> _left = []; // of homes that people moved away from

    private VeiledNetwork(LabInternet internet) => Internet = internet;

    public LabInternet Internet { get; }

    public List<LabPerson> Forwarders { get; } = [];

    public List<LabPerson> People { get; } = [];

    /// <summary>Where each person's packets come from, as everybody outside sees it.</summary>
    public Dictionary<LabPerson, System.Net.IPAddress> Outside { get; } = [];

    /// <summary>All packets that were seen anywhere: one between two of these machines is seen at both.</summary>
    public IEnumerable<CapturedPacket> All => _captures.Values.SelectMany(static capture => capture.Packets);

    /// <summary>What was seen at one machine.</summary>
    public IReadOnlyList<CapturedPacket> Of(LabPerson person) => _captures[person].Packets;

    /// <summary>The forms of a node's address, as others see it. NATs here keep the port.</summary>
    public AddressTraces TracesOf(LabPerson person) => new(new System.Net.IPEndPoint(Outside[person], Port));

    public void AssertNothingMissed() => Assert.All(_captures, static one => Assert.Equal(0u, one.Value.Missed()));

    /// <summary>Starts the forwarders, which know each other, and then the people, each with a way in of their own.</summary>
    public static async Task<VeiledNetwork> CreateAsync(int forwarders, params (string Name, string Privacy)[] people)
    {
        var network = await CreateForwardersAsync(forwarders);
        try
        {
            foreach (var (name, _) in people)
                await network.AddPersonAsync(name);
            await Task.WhenAll(people.Select((person, i) => network.People[i].StartAsync([.. Listen, "--privacy", person.Privacy, .. network.EntryAt(1 + i)])));
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the forwarders, which know each other.</summary>
    public static async Task<VeiledNetwork> CreateForwardersAsync(int forwarders)
    {
        var network = new VeiledNetwork(await LabInternet.CreateAsync());
        try
        {
            for (var i = 0; i < forwarders; i++)
                network.Forwarders.Add(await network.AddAsync($"Forwarder{i}", await network.Internet.AddAsync(NatKind.Public), room: "64M"));
            await network.Forwarders[0].StartAsync(Listen);
            await Task.WhenAll(network.Forwarders.Skip(1).Select(one => one.StartAsync([.. Listen, .. network.EntryAt(0)])));
            foreach (var one in network.Forwarders)
                await WaitAsync(async () => (await ForwardingAsync(one)).GetProperty("forwards").GetBoolean() && (await one.Api.GetAsync("room")).GetProperty("offering").GetBoolean(), $"{one.Name} forwards and keeps");
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a person, whose node is not started yet.</summary>
    public async Task<(LabPerson Person, LabNetwork Home)> AddPersonAsync(string name)
    {
        var home = await Internet.AddAsync(NatKind.PortRestricted);
        var person = await AddAsync(name, home, room: "off");
        People.Add(person);
        return (person, home);
    }

    /// <summary>Moves a person, who goes on running, to another home whose router has these rules too. Where they were before is forgotten: only what is seen at the new home is theirs.</summary>
    public async Task MoveAsync(LabPerson person, string rules)
    {
        var home = await Internet.AddAsync(NatKind.PortRestricted);
        await home.Routers[0].AddRulesAsync(rules);
        _left.Add(_captures[person]);
        _captures[person] = await CaptureAsync(home.Routers[0]);
        Outside[person] = home.Outside;
        person.Machine = await Internet.MoveAsync(person.Machine, home);
    }

    /// <summary>The flag that names a forwarder's node as the way in.</summary>
    public string[] EntryAt(int forwarder) => ["--entry", new System.Net.IPEndPoint(Outside[Forwarders[forwarder % Forwarders.Count]], Port).ToString()];

    /// <summary>What a node says of forwarding.</summary>
    public static async Task<System.Text.Json.JsonElement> ForwardingAsync(LabPerson person) => (await person.Api.GetAsync("network")).GetProperty("forwarding");

    /// <summary>Makes two people contacts by a link, and waits until both know.</summary>
    public static async Task MeetAsync(LabPerson maker, LabPerson user)
    {
        await user.Api.PostAsync("contacts", new { link = await maker.Api.LinkAsync(), timeout = 1_000 });
        await WaitAsync(async () => await StateAsync(user, maker) == "connected" && await StateAsync(maker, user) == "connected", $"{maker.Name} and {user.Name} know each other");
    }

    public static async Task WaitAsync(Func<Task<bool>> condition, string what) => Assert.True(await Eventually.AskAsync(condition, Patience) is not null, $"not within {Patience.TotalSeconds} s: {what}");

    public async ValueTask DisposeAsync()
    {
        foreach (var capture in _captures.Values.Concat(_left))
            capture.Dispose();
        await Task.WhenAll(People.Concat(Forwarders).Select(one => one.DisposeAsync().AsTask()));
        await Internet.DisposeAsync();
    }

    private async Task<LabPerson> AddAsync(string name, LabNetwork at, string room)
    {
        var person = new LabPerson(name, at.Person) { Room = room };
        Outside[person] = at.Outside;
        _captures.Add(person, await CaptureAsync(at.Routers.Count > 0 ? at.Routers[0] : at.Person.Namespace));
        return person;
    }

    private static async Task<PacketCapture> CaptureAsync(NetworkNamespace edge)
    {
        // Trains of datagrams are taken apart before they are seen, and not behind that as the cable would.
        await edge.IpAsync("link", "set", NatRules.Outside, "gso_max_segs", "1");
        return new PacketCapture(edge);
    }

    private static async Task<string> StateAsync(LabPerson of, LabPerson contact)
    {
        try
        {
            return (await of.Api.GetAsync("contacts/" + contact.Account)).GetProperty("state").GetString()!;
        }
        catch (HttpRequestException unknown) when (unknown.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return "unknown";
        }
    }
}
