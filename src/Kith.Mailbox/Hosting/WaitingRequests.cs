using System.Collections.Concurrent;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Hosting;

/// <summary>
/// Requests of clients that wait for the holder's thread: bounded by count, by bytes, and by bytes of one client. What is over a bound is answered with <see cref="DropCode.Busy"/> at once, so that the client
/// asks another holder and no memory is taken. For several threads.
/// </summary>
/// <param name="post">Brings work to the thread; false when too much waits there or it has ended.</param>
internal sealed class WaitingRequests(Func<Action, bool> post)
{
    private readonly ConcurrentDictionary<IHolderClient, int> _ofClients = new();
    private long _bytes;

    /// <summary>Bytes that wait.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Lets a request wait, or refuses it; false when the stream must end, since nothing can be said.</summary>
    /// <param name="client">Whose it is; the calls of one stream come one after the other, and its requests are bounded together.</param>
    /// <param name="number">The request's number.</param>
    /// <param name="request">The request.</param>
    /// <param name="bytes">Bytes that it takes.</param>
    /// <param name="work">What is to be done with it on the thread.</param>
    public bool Take(IHolderClient client, ulong number, MailboxRequest request, int bytes, Action work)
    {
        if (TryEnter(client.Stream, bytes))
        {
            if (post(() =>
            {
                Leave(client.Stream, bytes);
                work();
            }))
                return true;
            Leave(client.Stream, bytes);
        }

        if (Refusal(request) is not { } busy)
            return false;
        client.Answer(number, busy);
        return true;
    }

    private static MailboxAnswer? Refusal(MailboxRequest request) => request switch
    {
        PutRequest put => new PutAnswer(Busy(put.Items.Count), new WorkWanted(0, new byte[WireLimits.ChallengeSize])),
        ReadRequest read => new EntriesAnswer(DropCode.Busy, HasMore: false, read.After, []),
        DeleteRequest delete => new DeleteAnswer(Busy(delete.Items.Count)),
        AuditRequest => new AuditAnswer([]), // fewer outcomes than were asked for: nothing is said of them
        PassRequest => new PassAnswer(DropCode.Busy, default),
        _ => null,
    };

    private static DropCode[] Busy(int count)
    {
        var codes = new DropCode[count];
        Array.Fill(codes, DropCode.Busy);
        return codes;
    }

    private bool TryEnter(IHolderClient client, int bytes)
    {
        // What is small beside its answer is bounded by count alone: a reader is not kept out by those who put.
        var all = Interlocked.Add(ref _bytes, bytes);
        var own = _ofClients.AddOrUpdate(client, bytes, (_, before) => before + bytes);
        if (bytes <= HostingLimits.SmallRequest || (all <= HostingLimits.WaitingBytes && own <= HostingLimits.WaitingBytesOfClient))
            return true;
        Leave(client, bytes);
        return false;
    }

    private void Leave(IHolderClient client, int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        if (_ofClients.AddOrUpdate(client, 0, (_, before) => before - bytes) == 0)
            _ofClients.TryRemove(new KeyValuePair<IHolderClient, int>(client, 0));
    }
}
