using System.Net;
using Kith.Transport;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>Looks up a dynamic DNS name: its SRV records where it has any, else its plain addresses with the port that was given.</summary>
internal sealed class NameLookup
{
    private const ushort DnsPort = 53;
    private const int MaxChain = 8;

    private readonly DynamicDnsOptions _options;
    private readonly DnsAsker _asker;
    private readonly Action<long, NameFinding> _done;
    private readonly List<IPAddress> _plain = [];
    private readonly Dictionary<DnsName, List<IPAddress>> _hosts = [];
    private Endpoint? _server;
    private EntryRecords _records = EntryRecords.None;
    private int _open;
    private ResolveError _plainError;

    private NameLookup(DynamicDnsOptions options, DnsAsker asker, Action<long, NameFinding> done)
    {
        _options = options;
        _asker = asker;
        _done = done;
    }

    /// <summary>Begins; <paramref name="done"/> is told once, perhaps before this returns.</summary>
    public static void Begin(long now, DynamicDnsOptions options, Endpoint? server, DnsAsker asker, Action<long, NameFinding> done)
    {
        var lookup = new NameLookup(options, asker, done);
        if (EntryRecords.ServiceOf(options.Name) is not { } service)
            lookup.Fail(now, $"“{options.Name}” is not a DNS name");
        else if (server is not null || options.Server is null)
            lookup.AskService(now, server, service);
        else
            FindServer(now, options.Server, asker, (then, found) =>
            {
                if (found is null)
                    lookup.Fail(then, $"the DNS server {options.Server} has no address");
                else
                    lookup.AskService(then, found, service);
            });
    }

    /// <summary>The endpoint of HOST[:PORT]; null is told for what has none.</summary>
    public static void FindServer(long now, string text, DnsAsker asker, Action<long, Endpoint?> then)
    {
        if (IPAddress.TryParse(text, out var address))
            then(now, Endpoint.From(address, DnsPort));
        else if (Endpoint.TryParse(text, out var endpoint))
            then(now, endpoint);
        else if (NodeAddress.TryParse(text, out var name) || NodeAddress.TryParse($"{text}:{DnsPort}", out name))
            asker.Resolve(now, name!.Host, (at, found, _) => then(at, found.Count == 0 ? null : Endpoint.From(found[0], name.Port)));
        else
            then(now, null);
    }

    private void AskService(long now, Endpoint? server, DnsName service)
    {
        _server = server;
        _asker.Query(now, server, service, DnsType.Srv, (then, answer) => TakeService(then, service, answer));
    }

    private void TakeService(long now, DnsName service, DnsMessage? answer)
    {
        if (answer is null)
        {
            // Without DNS servers of its own the system may still know the name (a hosts file, another resolver).
            if (_server is not null)
                Fail(now, $"the DNS server {_server} did not answer");
            else
                AskPlain(now);
            return;
        }

        if (answer.Rcode is not (DnsRcode.NoError or DnsRcode.NXDomain))
        {
            Fail(now, $"the DNS server{(_server is null ? "" : $" {_server}")} would not say where {_options.Name} is ({DnsRefusal.Word(answer.Rcode)})");
            return;
        }

        var owner = FollowAliases(answer, service);
        var set = answer.Answers.Where(record => record.Type == DnsType.Srv && record.Class == DnsClass.In && record.Name.Equals(owner)).ToList();
        if (set.Count > EntryRecords.MaxRecords)
            Fail(now, $"{_options.Name} has {set.Count} SRV records, more than the {EntryRecords.MaxRecords} that an entry name may have");
        else if (set.Count > 0)
            AskHosts(now, set, answer);
        else
            AskPlain(now);
    }

    /// <summary>RFC 1034 section 3.6.2: a name may be another's alias; a chain of them has a bound here.</summary>
    private static DnsName FollowAliases(DnsMessage answer, DnsName name)
    {
        for (var i = 0; i < MaxChain; i++)
        {
            if (answer.Answers.FirstOrDefault(record => record.Type == DnsType.CName && record.Name.Equals(name)) is not { } alias || !alias.TryReadName(out var target))
                break;
            name = target;
        }

        return name;
    }

    private void AskHosts(long now, List<DnsRecord> set, DnsMessage answer)
    {
        _records = new EntryRecords(set, []);
        _open = 1;
        foreach (var record in set)
        {
            // RFC 2782: a target of "." says that the service is not there.
            if (!record.TryReadSrv(out _, out var target) || target.Equals(DnsName.Root) || _hosts.ContainsKey(target))
                continue;
            var known = _hosts[target] = [];
            foreach (var additional in answer.Additionals)
            {
                if (additional.Name.Equals(target) && additional.Class == DnsClass.In && additional.TryReadAddress(out var address))
                    known.Add(address);
            }

            if (known.Count == 0)
                AskAddresses(now, target, known);
        }

        Close(now);
    }

    private void AskPlain(long now)
    {
        _open = 1;
        if (DnsName.TryParse(_options.Name, out var name))
            AskAddresses(now, name, _plain);
        Close(now);
    }

    private void AskAddresses(long now, DnsName host, List<IPAddress> into)
    {
        if (_server is null)
        {
            _open++;
            _asker.Resolve(now, host.ToString(), (then, addresses, error) =>
            {
                into.AddRange(addresses.Take(EntryLimits.MaxAddressesPerName));
                _plainError = error;
                Close(then);
            });
            return;
        }

        foreach (var type in (ReadOnlySpan<DnsType>)[DnsType.A, DnsType.Aaaa])
        {
            _open++;
            _asker.Query(now, _server, host, type, (then, answer) =>
            {
                TakeAddresses(answer, host, into);
                Close(then);
            });
        }
    }

    private void TakeAddresses(DnsMessage? answer, DnsName host, List<IPAddress> into)
    {
        if (answer is null)
        {
            _plainError = ResolveError.Unreachable;
            return;
        }

        var owner = FollowAliases(answer, host);
        foreach (var record in answer.Answers)
        {
            if (into.Count < EntryLimits.MaxAddressesPerName && record.Name.Equals(owner) && record.Class == DnsClass.In && record.TryReadAddress(out var address))
                into.Add(address);
        }
    }

    private void Close(long now)
    {
        if (--_open > 0)
            return;
        if (_records.Set.Count == 0)
        {
            ClosePlain(now);
            return;
        }

        var entries = new List<EntryRecord>();
        foreach (var record in _records.Set)
        {
            if (record.TryReadSrv(out var port, out var target) && port != 0 && _hosts.TryGetValue(target, out var addresses))
                entries.Add(new EntryRecord(record, target, port, [.. addresses.Select(address => Endpoint.From(address, port))]));
        }

        var found = entries.SelectMany(entry => entry.Endpoints).ToList();
        _done(now, new NameFinding(_server, _records with { Entries = entries }, found, found.Count == 0 ? $"the entry nodes that {_options.Name} names have no addresses" : null));
    }

    private void ClosePlain(long now)
    {
        if (_options.Port is { } port && _plain.Count > 0)
            _done(now, new NameFinding(_server, EntryRecords.None, [.. _plain.Select(address => Endpoint.From(address, port))], null));
        else if (_plain.Count > 0)
            _done(now, new NameFinding(_server, EntryRecords.None, [], $"{_options.Name} has no {EntryRecords.Service} records, and no port was given to go with its addresses ({_options.Name}:PORT)"));
        else
            _done(now, new NameFinding(_server, _plainError == ResolveError.Unreachable ? null : EntryRecords.None, [], _plainError == ResolveError.Unreachable
                ? $"the name {_options.Name} could not be resolved: no DNS server answered (is this computer on the internet?)"
                : $"the name {_options.Name} does not exist or has no address"));
    }

    private void Fail(long now, string failure) => _done(now, new NameFinding(_server, null, [], failure));
}

/// <summary>What a lookup brought.</summary>
/// <param name="Server">Who was asked; null for the system's servers.</param>
/// <param name="Records">The SRV records; without any when the server says that there are none; null when nobody says what there is.</param>
/// <param name="Endpoints">Where entry nodes are.</param>
/// <param name="Failure">One sentence when there are none.</param>
internal sealed record NameFinding(Endpoint? Server, EntryRecords? Records, IReadOnlyList<Endpoint> Endpoints, string? Failure);
