using System.Net;
using Kith.Crypto;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Entry;

/// <summary>Asks DNS servers and the system's resolver, and gives each answer to whom it belongs. Every question has one end: an answer or its time-out.</summary>
internal sealed class DnsAsker(EntryRequests requests, IEntryEffects effects, IRandom random)
{
    /// <summary>Resolves a name with the system's resolver.</summary>
    public void Resolve(long now, string host, Action<long, IReadOnlyList<IPAddress>, ResolveError> then)
    {
        var id = requests.Add(new EntryRequest(now + EntryLimits.ResolveTimeout, then, null));
        effects.Resolve(id, host);
    }

    /// <summary>Asks for a name's records. Null comes for no answer, and for one that does not belong to the question.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="server">Whom; null for the system's servers.</param>
    /// <param name="name">Whose records.</param>
    /// <param name="type">Which.</param>
    /// <param name="then">Is told once.</param>
    public void Query(long now, Endpoint? server, DnsName name, DnsType type, Action<long, DnsMessage?> then)
    {
        var question = new DnsQuestion(name, type, DnsClass.In);
        var query = new DnsMessage { Id = NewId(), RecursionDesired = true, Questions = [question] };
        Exchange(now, server, query.ToBytes(), (at, answer) =>
            then(at, DnsMessage.TryRead(answer.Span, out var message) && message is { IsResponse: true, Opcode: DnsOpcode.Query, IsTruncated: false }
                && message.Id == query.Id && message.Questions is [var asked] && asked == question ? message : null));
    }

    /// <summary>Sends a message and brings what is said to be its answer; empty for none.</summary>
    public void Exchange(long now, Endpoint? server, ReadOnlyMemory<byte> message, Action<long, ReadOnlyMemory<byte>> then)
    {
        var id = requests.Add(new EntryRequest(now + EntryLimits.ResolveTimeout, null, then));
        effects.ExchangeDns(id, server, message);
    }

    /// <summary>An id that an outsider cannot guess (RFC 5452 section 4.3).</summary>
    public ushort NewId() => (ushort)random.NextUInt32();
}
