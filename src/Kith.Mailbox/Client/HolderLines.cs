using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>Requests of reading on their way to holders: a bounded number with each at once, others wait; what fetches goes before what lists.</summary>
internal sealed class HolderLines(IHolders holders)
{
    private readonly Dictionary<Endpoint, Line> _lines = [];
    private readonly Dictionary<long, ReadAsk> _tickets = [];
    private long _ticket;
    private int _waiting;

    /// <summary>Holders that tell news, or were asked to.</summary>
    public int Watched { get; private set; }

    /// <summary>Requests under way, news among them.</summary>
    public int Count => _tickets.Count;

    /// <summary>Queues a request and sends what may go; false when too many wait.</summary>
    public bool TryAsk(long now, ReadAsk ask, Action<long, ReadAsk> sent)
    {
        if (_waiting >= ClientLimits.ReadsWaiting)
            return false;
        if (!_lines.TryGetValue(ask.Reading.Holder.At, out var line))
            _lines[ask.Reading.Holder.At] = line = new Line();
        (ask.Kind is AskKind.Fetch or AskKind.Delete ? line.Urgent : line.Lists).Enqueue(ask);
        _waiting++;
        Send(now, line, sent);
        return true;
    }

    /// <summary>The request of a ticket; its place is free again unless it is news that goes on.</summary>
    public ReadAsk? Answered(long ticket, bool goesOn)
    {
        if (!_tickets.TryGetValue(ticket, out var ask))
            return null;
        Free(ask);
        if (goesOn)
            ask.IsStanding = true;
        else
            End(ask);
        return ask;
    }

    /// <summary>Nothing is wanted of a request any more.</summary>
    public void Forget(ReadAsk ask)
    {
        ask.IsOver = true;
        if (_tickets.ContainsKey(ask.Ticket))
        {
            Free(ask);
            End(ask);
            holders.Forget(ask.Ticket);
        }
    }

    /// <summary>Whether a holder may be asked for news: each that is keeps a session open, so only so many are, however many boxes they have.</summary>
    public bool MayWatch(HolderHandle holder) =>
        Watched < ClientLimits.WatchedHolders || (_lines.TryGetValue(holder.At, out var line) && line.Watches > 0);

    /// <summary>The request of a ticket.</summary>
    public ReadAsk? Find(long ticket) => _tickets.GetValueOrDefault(ticket);

    /// <summary>Sends what waits for a holder.</summary>
    public void Send(long now, HolderHandle holder, Action<long, ReadAsk> sent)
    {
        if (!_lines.TryGetValue(holder.At, out var line))
            return;
        Send(now, line, sent);
        if (line.UnderWay == 0 && line.Watches == 0 && line.Urgent.Count == 0 && line.Lists.Count == 0)
            _lines.Remove(holder.At);
    }

    private void Send(long now, Line line, Action<long, ReadAsk> sent)
    {
        while (line.UnderWay < ClientLimits.ReadsAtOnce && (line.Urgent.TryDequeue(out var ask) || line.Lists.TryDequeue(out ask)))
        {
            _waiting--;
            // Of a box that is left meanwhile nothing more is listed.
            if (ask.IsOver || (ask.Box.IsGone && ask.Kind is AskKind.List or AskKind.Watch))
                continue;
            line.UnderWay++;
            if (ask.Kind == AskKind.Watch && ++line.Watches == 1)
                Watched++;
            ask.Ticket = ++_ticket;
            ask.AskedAt = now;
            _tickets[ask.Ticket] = ask;
            holders.Ask(ask.Ticket, ask.Reading.Holder, ask.Request);
            sent(now, ask);
        }
    }

    private void Free(ReadAsk ask)
    {
        if (!ask.IsStanding && _lines.TryGetValue(ask.Reading.Holder.At, out var line))
            line.UnderWay--;
    }

    private void End(ReadAsk ask)
    {
        _tickets.Remove(ask.Ticket);
        if (ask.Kind == AskKind.Watch && _lines.TryGetValue(ask.Reading.Holder.At, out var line) && --line.Watches == 0)
            Watched--;
    }

    private sealed class Line
    {
        public Queue<ReadAsk> Urgent { get; } = new();

        public Queue<ReadAsk> Lists { get; } = new();

        public int UnderWay { get; set; }

        public int Watches { get; set; }
    }
}
