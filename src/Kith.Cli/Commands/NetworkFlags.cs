using System.CommandLine;
using System.CommandLine.Parsing;
using Kith.Node;
using Kith.Transport;

namespace Kith.Cli.Commands;

/// <summary>The flags of <c>kith up</c> that say how the node finds its way into the network.</summary>
internal static class NetworkFlags
{
    private const string None = "none";

    private static readonly Option<string[]> Entry = new("--entry")
    {
        Description = "A node of the overlay to begin with, under privacy onion one at an onion address; kept for later runs, 'none' forgets them",
        HelpName = "HOST:PORT|onion/NAME:PORT",
    };

    private static readonly Option<bool> NoLan = new("--no-lan") { Description = "Does not look for people on the local network" };

    private static readonly Option<bool> NoMainline = new("--no-mainline") { Description = "Does not join the mainline DHT" };

    private static readonly Option<bool> NoPortMapping = new("--no-portmap") { Description = "Does not ask the router to open a port (PCP, NAT-PMP, UPnP)" };

    private static readonly Option<string?> Knock = new("--knock")
    {
        Description = "Whether to send, answer and pass on knocks, the way to find somebody where no record is found; kept. Default: on in a private swarm, else off",
        HelpName = "on|off",
    };

    private static readonly Option<string?> SwarmKey = new("--swarm-key")
    {
        Description = "A private swarm's key ('kith swarm-key' makes one): only nodes with the same key are spoken to; kept, 'none' leaves the swarm",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> DynamicDns = new("--ddns")
    {
        Description = "A DNS name whose records are entry nodes; kept, 'none' forgets them",
        HelpName = "NAME[:PORT]",
    };

    private static readonly Option<string?> DynamicDnsServer = new("--ddns-server")
    {
        Description = "The DNS server to ask and to update about that name; kept. Default: the one that the zone names",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> Room = new("--room")
    {
        Description = "Room for what others leave for those who are away, such as 256M; kept, 'off' offers none. Default: 256M",
        HelpName = "SIZE|off",
    };

    private static readonly Option<string[]> Holder = new("--holder")
    {
        Description = "A node that keeps what is left for you while you are away, before others do; kept, 'none' forgets them",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> TorControl = new("--tor-control")
    {
        Description = "The control port of a Tor that runs already, on loopback, or its socket; kept, 'none' starts one of its own again",
        HelpName = "HOST:PORT|FILE",
    };

    private static readonly Option<string[]> TorBridge = new("--tor-bridge")
    {
        Description = "A bridge into the Tor network, a line as bridges.torproject.org shows it; kept, 'none' forgets them",
        HelpName = "LINE",
    };

    private static readonly Option<string?> TorProgram = new("--tor-program")
    {
        Description = "The tor program, where it is not where systems keep it; kept, 'none' looks for it again",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> TorTransport = new("--tor-transport")
    {
        Description = "The program of a bridge's pluggable transport, where it is not where systems keep it; kept, 'none' forgets them",
        HelpName = "NAME=FILE",
    };

    private static readonly Option<string?> TorLines = new("--tor-lines")
    {
        Description = "A file with further lines for the torrc, as a private Tor network needs them; kept, 'none' forgets it",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Tor = new("--tor")
    {
        Description = "'serve' lets people who only use Tor come in through this node, at an onion service of its own; kept. Default: off",
        HelpName = "serve|off",
    };

    private static readonly Option<string?> DynamicDnsKey = new("--ddns-key")
    {
        Description = "A key file as tsig-keygen writes it: this node then helps to keep the name's records true; kept, 'none' forgets it",
        HelpName = "FILE",
    };

    static NetworkFlags()
    {
        Knock.AcceptOnlyFromAmong("on", "off");
        Tor.AcceptOnlyFromAmong("serve", "off");
        Room.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && ByteSize.Parse(token.Value) is null)
                result.AddError($"{token.Value} is not a size: give one such as 256M or 2G, or off.");
        });
        Holder.Validators.Add(result => CheckAddresses(result, "a holder", "203.0.113.5:21000 or home.example.org:21000"));
        Entry.Validators.Add(result => CheckAddresses(result, "an entry point", "203.0.113.5:21000 or node.example.org:21000"));
        DynamicDnsServer.Validators.Add(result => CheckAddresses(result, "a DNS server", "203.0.113.53:53"));
    }

    public static IEnumerable<Option> All => [Entry, NoLan, NoMainline, NoPortMapping, Knock, SwarmKey, DynamicDns, DynamicDnsServer, DynamicDnsKey, Room, Holder, Tor, TorControl, TorBridge, TorTransport, TorProgram, TorLines];

    public static NetworkOptions Read(Invocation invocation) => ReadOfRun(invocation) with
    {
        Entries = invocation.Value(Entry),
        Knock = invocation.Value(Knock) switch { "on" => true, "off" => false, _ => null },
        SwarmKeyFile = invocation.Value(SwarmKey),
        DynamicDns = invocation.Value(DynamicDns),
        DynamicDnsServer = invocation.Value(DynamicDnsServer),
        DynamicDnsKeyFile = invocation.Value(DynamicDnsKey),
        Room = invocation.Value(Room) is { } room ? ByteSize.Parse(room) : null,
        Holders = invocation.Value(Holder),
        TorEntry = invocation.Value(Tor) switch { "serve" => true, "off" => false, _ => null },
        TorControl = invocation.Value(TorControl),
        TorBridges = invocation.Value(TorBridge),
        TorLinesFile = invocation.Value(TorLines),
        TorProgram = invocation.Value(TorProgram),
        TorTransports = invocation.Value(TorTransport),
    };

    /// <summary>Those that are not kept, and so hold for the whole run. What is kept may have been changed since the run began: given again it would undo that.</summary>
    public static NetworkOptions ReadOfRun(Invocation invocation) => new()
    {
        LocalNetwork = !invocation.Value(NoLan),
        Mainline = !invocation.Value(NoMainline),
        PortMapping = !invocation.Value(NoPortMapping),
    };

    private static void CheckAddresses(OptionResult result, string what, string example)
    {
        foreach (var token in result.Tokens)
        {
            // The node says what is wrong with an onion address.
            if (result.Option == Entry && NodeAddress.IsOnion(token.Value))
                continue;
            if (token.Value != None && (token.Value.Contains('/', StringComparison.Ordinal) || !NodeAddress.TryParse(token.Value, out _)))
                result.AddError($"{token.Value} is not {what}: give a host and a port, such as {example}.");
        }
    }
}
