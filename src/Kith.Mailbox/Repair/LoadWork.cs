using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>Work that holders under load want before they take what they lack: done slice by slice, so that nobody who reads here waits for it.</summary>
internal sealed class LoadWork
{
    private readonly Queue<(ProofOfWork Work, Action<long, ulong> Done)> _waiting = new();

    /// <summary>Whether there is any to do.</summary>
    public bool HasSome => _waiting.Count > 0;

    /// <summary>Begins; false when it is more than is done for others, or too much waits.</summary>
    public bool TryBegin(WorkWanted wanted, Action<long, ulong> done)
    {
        if (wanted.Bits is <= 0 or > RepairLimits.MostWork || wanted.Challenge.Length != WireLimits.ChallengeSize || _waiting.Count >= RepairLimits.Works)
            return false;
        _waiting.Enqueue((ProofOfWork.OfLoad(wanted.Challenge.Span, wanted.Bits), done));
        return true;
    }

    /// <summary>Does a slice.</summary>
    public void Tick(long now)
    {
        if (!_waiting.TryPeek(out var first) || !first.Work.TryFinish(RepairLimits.WorkTries, out var work))
            return;
        _waiting.Dequeue();
        first.Done(now, work);
    }
}
