using System.Buffers.Binary;
using Kith.Crypto;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>
/// A primary server of one zone without a socket, for tests under a fake clock: questions, and updates with prerequisites (RFC 2136 section 3) whose answers are signed. It does
/// not check the request's signature: that, BIND does.
/// </summary>
internal sealed class MemoryDns(TsigKey key)
{
    public static readonly DnsName Zone = Name("kith.test");

    public List<DnsRecord> Records { get; } = [];

    /// <summary>Updates that were made.</summary>
    public int Updates { get; private set; }

    /// <summary>The most SRV records that there ever were.</summary>
    public int MostEntries { get; private set; }

    /// <summary>Updates that a prerequisite refused.</summary>
    public int Races { get; private set; }

    /// <summary>Answers every update so, when set.</summary>
    public DnsRcode? Refusal { get; set; }

    /// <summary>Whether it is silent.</summary>
    public bool IsDown { get; set; }

    public static DnsName Name(string text) => DnsName.TryParse(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    public List<Endpoint> Entries(string name)
    {
        var entries = new List<Endpoint>();
        foreach (var record in Of(EntryRecords.ServiceOf(name)!, DnsType.Srv))
        {
            Assert.True(record.TryReadSrv(out var port, out var target));
            foreach (var host in Records.Where(other => other.Name.Equals(target)))
                entries.Add(host.TryReadAddress(out var address) ? Endpoint.From(address, port) : default);
        }

        return entries;
    }

    public byte[]? Answer(ReadOnlyMemory<byte> request)
    {
        if (IsDown)
            return null;
        Assert.True(DnsMessage.TryRead(request.Span, out var message));
        return message!.Opcode == DnsOpcode.Update ? Sign(Update(message), message) : Query(message).ToBytes();
    }

    private IEnumerable<DnsRecord> Of(DnsName name, DnsType type) => Records.Where(record => record.Name.Equals(name) && (record.Type == type || type == DnsType.Any));

    private DnsMessage Query(DnsMessage message)
    {
        var question = message.Questions.Single();
        var answer = message with { IsResponse = true };
        if (question.Type == DnsType.Soa)
        {
            byte[] data = [.. Name("ns.kith.test").Wire, .. Name("admin.kith.test").Wire, .. new byte[20]];
            return answer with { Authorities = [new DnsRecord(Zone, DnsType.Soa, DnsClass.In, 60, data)] };
        }

        var found = Of(question.Name, question.Type).ToList();
        var exists = Records.Exists(record => record.Name.Equals(question.Name));
        return answer with { Answers = found, Rcode = exists ? DnsRcode.NoError : DnsRcode.NXDomain };
    }

    private DnsMessage Update(DnsMessage message)
    {
        var answer = new DnsMessage { Id = message.Id, IsResponse = true, Opcode = DnsOpcode.Update, Questions = message.Questions };
        if (Refusal is { } refusal)
            return answer with { Rcode = refusal };
        // Section 3.2: prerequisites.
        foreach (var none in message.Answers.Where(record => record.Class == DnsClass.None))
        {
            if (Of(none.Name, none.Type).Any())
                return Raced(answer, DnsRcode.YXRRSet);
        }

        foreach (var set in message.Answers.Where(record => record.Class == DnsClass.In).GroupBy(record => (record.Name, record.Type)))
        {
            if (!set.Select(Data).Order(StringComparer.Ordinal).SequenceEqual(Of(set.Key.Name, set.Key.Type).Select(Data).Order(StringComparer.Ordinal), StringComparer.Ordinal))
                return Raced(answer, DnsRcode.NXRRSet);
        }

        // Section 3.4: updates.
        foreach (var update in message.Authorities)
        {
            if (update.Class == DnsClass.In && !Records.Exists(record => record.Name.Equals(update.Name) && record.Type == update.Type && Data(record) == Data(update)))
                Records.Add(update);
            else if (update.Class == DnsClass.None)
                Records.RemoveAll(record => record.Name.Equals(update.Name) && record.Type == update.Type && Data(record) == Data(update));
            else if (update.Class == DnsClass.Any)
                Records.RemoveAll(record => record.Name.Equals(update.Name) && (record.Type == update.Type || update.Type == DnsType.Any));
        }

        Updates++;
        MostEntries = Math.Max(MostEntries, Records.Count(record => record.Type == DnsType.Srv));
        return answer;
    }

    private DnsMessage Raced(DnsMessage answer, DnsRcode code)
    {
        Races++;
        return answer with { Rcode = code };
    }

    private static string Data(DnsRecord record) => Convert.ToHexString(record.Data.Span);

    // RFC 8945 section 5.3: as Tsig.Check undoes it, written apart from it.
    private byte[] Sign(DnsMessage answer, DnsMessage request)
    {
        var asked = request.Additionals[^1].Data.ToArray();
        var offset = 0;
        Assert.True(DnsName.TryRead(asked, ref offset, out var algorithm));
        var times = asked.AsSpan(offset, 8).ToArray();
        int macSize = BinaryPrimitives.ReadUInt16BigEndian(asked.AsSpan(offset + 8));
        var requestMac = asked.AsSpan(offset + 8, 2 + macSize).ToArray();
        byte[] any = [0, 255, 0, 0, 0, 0];
        byte[] noError = [0, 0, 0, 0];
        var mac = new byte[HmacSha256.HashSize];
        var name = Name(key.Name);
        HmacSha256.Hash(key.Secret, [.. requestMac, .. answer.ToBytes(), .. name.Wire, .. any, .. algorithm.Wire, .. times, .. noError], mac);
        byte[] data = [.. algorithm.Wire, .. times, 0, (byte)mac.Length, .. mac, (byte)(answer.Id >> 8), (byte)answer.Id, .. noError];
        return (answer with { Additionals = [new DnsRecord(name, DnsType.Tsig, DnsClass.Any, 0, data)] }).ToBytes();
    }
}
