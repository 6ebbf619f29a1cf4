using System.Collections.Concurrent;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Keeps boxes, and notes who asks about them as far as a holder sees it.</summary>
internal sealed class AskedHolding(ConcurrentBag<(Endpoint? From, MailboxRequest Request)> asked) : IHolding
{
    private readonly MemoryHolding _inner = new();

    public long Used => _inner.Used;

    public int Boxes => _inner.Boxes;

    public long NextDeadline => _inner.NextDeadline;

    public void Offer(long bytes) => _inner.Offer(bytes);

    public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
    {
        if (request is PutRequest or ReadRequest or DeleteRequest)
            asked.Add((client.From, request));
        _inner.Take(now, client, number, request);
    }

    public void Gone(IHolderClient client) => _inner.Gone(client);

    public void Finish(long now) => _inner.Finish(now);

    public void Dispose() => _inner.Dispose();
}
