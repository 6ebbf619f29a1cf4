using Kith.Mailbox.Holding;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Wire;
using Kith.Overlay;

namespace Kith.Mailbox.Asking;

/// <summary>
/// Says to those who cannot look themselves which holders there are (docs/protocol/mailbox.md, "Asking who holds"), within the bounds of <see cref="FindLimits"/>. A search costs others a HELLO each, so one answer
/// serves all who ask for the same within seconds. For several threads.
/// </summary>
internal sealed class FindDesk(IFindWorld world, TimeProvider time)
{
    private const ulong UnknownPrefix = 1; // all whose address is not known share one

    private readonly Lock _gate = new(); // guards everything below
    private readonly Dictionary<FindRequest, (long At, FoundAnswer Answer)> _answers = [];
    private readonly Dictionary<FindRequest, List<(IHolderClient Client, ulong Number)>> _waiting = [];
    private readonly PassGauge _gauge = new(FindLimits.Rate, FindLimits.Burst);

    /// <summary>Answers a request, now or later.</summary>
    public void Take(IHolderClient client, ulong number, FindRequest request)
    {
        FoundAnswer? answer = null;
        var isNew = false;
        lock (_gate)
        {
            if (!world.Passes)
                answer = new FoundAnswer(DropCode.NoRoom, []);
            else if (_answers.TryGetValue(request, out var known) && Now() - known.At < (known.Answer.Holders.Count < MailboxLimits.Asked ? FindLimits.FewLifetime : FindLimits.AnswerLifetime))
                answer = known.Answer;
            else if (!MayWait(client, request))
                answer = new FoundAnswer(DropCode.Busy, []);
            else
                isNew = Wait(client, number, request);
        }

        if (answer is not null)
            client.Answer(number, answer);
        else if (isNew)
            world.Find(request, found => Found(request, found));
    }

    // With the gate held.
    private bool MayWait(IHolderClient client, FindRequest request)
    {
        if (!_waiting.ContainsKey(request) && _waiting.Count >= FindLimits.Searches)
            return false;
        if (_waiting.Values.Sum(all => all.Count(one => one.Client.Stream == client.Stream)) >= FindLimits.SearchesOfClient)
            return false;
        return client.IsNear || _gauge.TryTake(Now(), client.From is { } from ? AddressPrefix.Of(from).Number : UnknownPrefix, 0);
    }

    // With the gate held; true for the first who asks for it.
    private bool Wait(IHolderClient client, ulong number, FindRequest request)
    {
        if (_waiting.TryGetValue(request, out var others))
        {
            others.Add((client, number));
            return false;
        }

        _waiting[request] = [(client, number)];
        return true;
    }

    private void Found(FindRequest request, IReadOnlyList<FoundHolder> found)
    {
        var answer = new FoundAnswer(DropCode.Done, [.. found.Take(FindLimits.Holders)]);
        List<(IHolderClient Client, ulong Number)>? waiting;
        lock (_gate)
        {
            if (_answers.Count >= FindLimits.Answers)
                _answers.Clear();
            _answers[request] = (Now(), answer);
            _waiting.Remove(request, out waiting);
        }

        foreach (var (client, number) in waiting ?? [])
            client.Answer(number, answer);
    }

    private long Now() => (long)time.GetElapsedTime(0).TotalMilliseconds;
}

/// <summary>What the desk needs of the node. For several threads.</summary>
internal interface IFindWorld
{
    /// <summary>Whether this node passes on: who does not would name holders that nobody reaches through it.</summary>
    bool Passes { get; }

    /// <summary>Looks for the nearest holders; told once, never during this call.</summary>
    void Find(FindRequest request, Action<IReadOnlyList<FoundHolder>> found);
}
