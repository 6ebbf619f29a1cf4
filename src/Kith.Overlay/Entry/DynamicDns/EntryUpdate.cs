using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry.DynamicDns;

/// <summary>Builds the update that takes dead entry nodes out of a name and puts this one in (RFC 2136).</summary>
internal static class EntryUpdate
{
    /// <summary>The message, unsigned. It holds only while the SRV records are exactly those that were read: of two keepers that race the second is refused.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="zone">The zone that the name is in.</param>
    /// <param name="name">The dynamic name.</param>
    /// <param name="records">As they were read.</param>
    /// <param name="dead">Which of them go.</param>
    /// <param name="self">This node, when it comes in.</param>
    public static DnsMessage Build(ushort id, DnsName zone, string name, EntryRecords records, IReadOnlyList<EntryRecord> dead, Endpoint? self)
    {
        var service = EntryRecords.ServiceOf(name) ?? throw new ArgumentException("not a DNS name", nameof(name));
        var updates = new List<DnsRecord>();
        foreach (var entry in dead)
        {
            // Section 2.5.4: delete one record.
            updates.Add(entry.Record with { Class = DnsClass.None, Ttl = 0 });
            var isShared = records.Entries.Any(other => !dead.Contains(other) && other.Target.Equals(entry.Target));
            // Section 2.5.3: delete all of a name, unless another entry node or this one stands on it, or it is not one of ours.
            if (!isShared && EntryRecords.IsOurs(entry, name) && (self is not { } node || !entry.Target.Equals(EntryRecords.HostOf(node, name))))
                updates.Add(new DnsRecord(entry.Target, DnsType.Any, DnsClass.Any, 0, default));
        }

        if (self is { } endpoint && EntryRecords.HostOf(endpoint, name) is { } host)
        {
            // Section 2.5.1: add.
            updates.Add(DnsRecord.Address(host, EntryRecords.Ttl, endpoint));
            updates.Add(DnsRecord.Srv(service, EntryRecords.Ttl, 0, 0, endpoint.Port, host));
        }

        return new DnsMessage
        {
            Id = id,
            Opcode = DnsOpcode.Update,
            Questions = [new DnsQuestion(zone, DnsType.Soa, DnsClass.In)],
            // Section 2.4.2: the whole set with these values; section 2.4.3: no set.
            Answers = records.Set.Count > 0
                ? [.. records.Set.Select(record => record with { Name = service, Ttl = 0 })]
                : [new DnsRecord(service, DnsType.Srv, DnsClass.None, 0, default)],
            Authorities = updates,
        };
    }
}
