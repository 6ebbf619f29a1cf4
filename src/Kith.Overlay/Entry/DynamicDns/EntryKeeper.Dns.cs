using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <content>Reading and writing the name's records at the zone's primary server.</content>
internal sealed partial class EntryKeeper
{
    /// <summary>Longer than any exchange takes: what has not come back by then never does.</summary>
    private const long LostAfter = 8 * EntryLimits.ResolveTimeout;

    private const long MillisecondsPerSecond = 1_000;

    /// <summary>Reads the records from the primary, past all caches.</summary>
    private void Read(long now, Action<long, EntryRecords> then)
    {
        _step = Step.Waiting;
        Due = now + LostAfter;
        var generation = ++_generation;
        FindPrimary(now, generation, at => NameLookup.Begin(at, options, _primary, asker, (done, finding) =>
        {
            if (generation != _generation)
                return;
            if (finding.Records is { } records)
                then(done, records);
            else
                Fail(done, finding.Failure ?? $"{options.Name} could not be read");
        }));
    }

    private void FindPrimary(long now, int generation, Action<long> then)
    {
        if (_primary is not null && _zone is not null)
            then(now);
        else if (options.Server is null)
            AskZone(now, null, generation, then);
        else
            NameLookup.FindServer(now, options.Server, asker, (at, server) =>
            {
                if (generation != _generation)
                    return;
                if (server is null)
                    Fail(at, $"the DNS server {options.Server} has no address");
                else
                    AskZone(at, server, generation, then);
            });
    }

    /// <summary>The zone is that of the SOA record in the answer, or in the authority section when the name is below its top (RFC 2308 section 3).</summary>
    private void AskZone(long now, Endpoint? server, int generation, Action<long> then)
    {
        if (!DnsName.TryParse(options.Name, out var name))
        {
            Fail(now, $"“{options.Name}” is not a DNS name");
            return;
        }

        asker.Query(now, server, name, DnsType.Soa, (at, answer) =>
        {
            if (generation != _generation)
                return;
            var soa = answer?.Answers.Concat(answer.Authorities).FirstOrDefault(record => record.Type == DnsType.Soa && name.IsAtOrBelow(record.Name));
            if (answer is null)
                Fail(at, server is null ? $"no DNS server answered who is in charge of {options.Name}" : $"the DNS server {server} did not answer");
            else if (soa is null || !soa.TryReadName(out var primary))
                Fail(at, $"the DNS server{(server is null ? "" : $" {server}")} does not know who is in charge of {options.Name} ({DnsRefusal.Word(answer.Rcode)})");
            else if (server is not null)
                TakeZone(at, soa.Name, server.Value, then);
            else
                NameLookup.FindServer(at, primary.ToString(), asker, (later, found) =>
                {
                    if (generation != _generation)
                        return;
                    if (found is { } endpoint)
                        TakeZone(later, soa.Name, endpoint, then);
                    else
                        Fail(later, $"the primary DNS server of {options.Name}, {primary}, has no address");
                });
        });
    }

    private void TakeZone(long now, DnsName zone, Endpoint primary, Action<long> then)
    {
        _zone = zone;
        _primary = primary;
        then(now);
    }

    private void Write(long now, EntryRecords records)
    {
        if (_self is not { } self || _zone is null || _primary is not { } server)
            return;
        // Somebody else wrote in the meantime: what was judged is no longer what stands there.
        if (!records.Set.Select(Stable).ToHashSet().SetEquals(_records.Set.Select(Stable)))
        {
            Recheck(now);
            return;
        }

        var isIn = records.Entries.Any(IsSelf);
        var joins = !isIn && records.Set.Count - _dead.Count < options.MaxEntries;
        var update = EntryUpdate.Build(asker.NewId(), _zone, options.Name, _records, _dead, joins ? self : null);
        if (update.Authorities.Count == 0)
        {
            Rest(now);
            return;
        }

        var signed = Tsig.Sign(update.ToBytes(), key, now / MillisecondsPerSecond, out var mac);
        _step = Step.Waiting;
        Due = now + LostAfter;
        var generation = ++_generation;
        asker.Exchange(now, server, signed, (at, answer) =>
        {
            if (generation == _generation)
                TakeAnswer(at, server, update.Id, mac, answer, isIn || joins);
        });
    }

    private static string Stable(DnsRecord record) => Convert.ToHexString(record.Data.Span);

    private void TakeAnswer(long now, Endpoint server, ushort id, byte[] mac, ReadOnlyMemory<byte> answer, bool isIn)
    {
        if (!DnsMessage.TryRead(answer.Span, out var message) || message is not { IsResponse: true, Opcode: DnsOpcode.Update } || message.Id != id)
        {
            // Without an answer nobody knows whether it was made: the next check sees.
            Fail(now, $"the DNS server {server} did not answer the update of {options.Name}");
            return;
        }

        var verdict = Tsig.Check(answer.Span, message, key, mac, now / MillisecondsPerSecond);
        if (verdict.IsValid && message.Rcode is DnsRcode.NXRRSet or DnsRcode.YXRRSet)
        {
            // RFC 2136 section 3.2: the prerequisite did not hold. Another keeper was first.
            Recheck(now);
            return;
        }

        if (!verdict.IsValid || message.Rcode != DnsRcode.NoError)
        {
            // The zone may have moved.
            _zone = null;
            Fail(now, DnsRefusal.Sentence(server, options.Name, key.Name, message.Rcode, verdict, now));
            return;
        }

        _failures = 0;
        RenewedAt = now;
        IsEntry = isIn;
        Version++;
        SetTrouble(null);
        Rest(now);
    }
}
