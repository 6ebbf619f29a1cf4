using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>One look after a box: audits of some holders side by side, and what they lack given to each.</summary>
/// <param name="core">What looks.</param>
/// <param name="box">The box.</param>
/// <param name="entries">What of it is looked at.</param>
/// <param name="last">Where the next look goes on; 0 when all has been looked at.</param>
/// <param name="isForRoom">Whether to find out what may give way.</param>
/// <param name="others">Who takes the place of a holder that is silent, nearest first.</param>
internal sealed class BoxLook(RepairCore core, BoxCare box, IReadOnlyList<KeptEntry> entries, long last, bool isForRoom, Queue<Endpoint> others)
{
    private readonly HashSet<int> _checked = [];
    private readonly HashSet<Endpoint> _audited = []; // whose answer is waited for
    private readonly List<ChunkHash> _hashes = [.. entries.Select(entry => entry.Hash)];
    private readonly int[] _proofs = new int[entries.Count];
    private int _pending;

    public BoxCare Box { get; } = box;

    public long Last { get; } = last;

    /// <summary>Whether anybody was silent, lied or lacked something.</summary>
    public bool WasWrong { get; private set; }

    /// <summary>What six others have proved, and so may give way.</summary>
    public IEnumerable<ChunkHash> Surplus => isForRoom ? _checked.Where(i => _proofs[i] >= MailboxLimits.Holders).Select(i => entries[i].Hash) : [];

    public void Begin(long now, IReadOnlyList<Endpoint> holders)
    {
        if (entries.Count == 0)
            holders = [];
        while (_checked.Count < Math.Min(isForRoom ? RepairLimits.CheckedForRoom : RepairLimits.Checked, entries.Count))
            _checked.Add(core.Dice.NextInt32(entries.Count));
        // One more, which is taken back last: nothing may end before all have begun.
        _pending = 1;
        foreach (var holder in holders)
            Audit(holder);
        Done(now);
    }

    /// <summary>A holder is gone: it is waited for no longer, and the next nearest is audited in its place.</summary>
    public void Replace(long now, Endpoint holder)
    {
        if (!_audited.Remove(holder))
            return;
        WasWrong = true;
        if (others.TryDequeue(out var next))
            Audit(next);
        Done(now);
    }

    private void Audit(Endpoint holder)
    {
        var nonce = new byte[ChunkAudit.NonceSize];
        core.Dice.Fill(nonce);
        core.CountAudit();
        _pending++;
        _audited.Add(holder);
        core.Ask(holder, new HolderRequest(new AuditRequest(Box.Address, nonce, _hashes), (later, answer, failure) => Audited(later, holder, nonce, answer, failure))
        {
            Patience = RepairLimits.AuditPatience + (_hashes.Count * RepairLimits.EntryPatience),
        });
    }

    private void Audited(long now, Endpoint holder, byte[] nonce, HolderAnswer? answer, AskFailure failure)
    {
        if (answer is null && failure.IsOfHolder())
        {
            core.Gone(now, holder);
            Replace(now, holder);
            return;
        }

        // Late: another has taken its place.
        if (!_audited.Remove(holder))
            return;
        if (answer?.Answer is not AuditAnswer { Outcomes: var outcomes } || outcomes.Count != entries.Count)
        {
            WasWrong = true;
            if (answer is not null)
                core.Finder.Failed(now, holder);
            Done(now);
            return;
        }

        core.Heard(now, holder);
        var lacking = new List<KeptEntry>();
        var isHonest = Check(outcomes, nonce, answer.HolderKey, lacking);
        // By what our own disk does not give nobody is measured.
        if (!isHonest && !core.Store.HasFailed)
        {
            Distrust(now, holder);
            return;
        }

        if (lacking.Count == 0)
        {
            Done(now);
            return;
        }

        WasWrong = true;
        // It took them, said so, and has them no more.
        if (lacking.Exists(entry => Box.Troubles?.HasTaken(holder, entry.Hash) == true))
            Distrust(now, holder);
        else
            Give(now, holder, lacking, 0);
    }

    // Notes what it lacks and what was deleted; false when it lies.
    private bool Check(IReadOnlyList<AuditOutcome> outcomes, byte[] nonce, X25519PublicKey key, List<KeptEntry> lacking)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            var (entry, proof) = (entries[i], outcomes[i].Proof);
            switch (outcomes[i].State)
            {
                case AuditState.Absent:
                    lacking.Add(entry);
                    break;
                case AuditState.Deleted when !EntryRules.IsDelete(entry.Box, entry.Hash, proof.Span):
                    return false;
                case AuditState.Deleted:
                    core.Store.Delete(Box.Address, entry.Hash, entry.Expiry, proof.Span);
                    break;
                case AuditState.Kept when _checked.Contains(i) && OwnChunk(entry) is { } chunk:
                    if (!proof.Span.SequenceEqual(ChunkAudit.Digest(nonce, key, chunk)))
                        return false;
                    _proofs[i]++;
                    break;
            }
        }

        return true;
    }

    // Ours; null when it is gone meanwhile, or has rotted on the disk: then nobody else is measured by it, and it is dropped so that others bring it again.
    private byte[]? OwnChunk(KeptEntry entry)
    {
        if (core.Store.Chunk(Box.Address, entry.Hash) is not { } chunk)
            return null;
        if (ChunkHash.Of(chunk) == entry.Hash)
            return chunk;
        core.Store.Drop(Box.Address, entry.Hash);
        return null;
    }

    // Part by part, so that one holder's slowness holds up nobody else and no frame is too long.
    private void Give(long now, Endpoint holder, List<KeptEntry> lacking, int from, PaidWork paid = default)
    {
        var items = new List<PutItem>();
        var (next, bytes) = (from, 0);
        for (; next < lacking.Count && items.Count < WireLimits.MaxPut && bytes < RepairLimits.PutBytes; next++)
        {
            if (OwnChunk(lacking[next]) is not { } chunk)
                continue;
            items.Add(new PutItem(lacking[next].Entry, chunk));
            bytes += items[^1].WireSize;
        }

        if (items.Count == 0)
        {
            Done(now);
            return;
        }

        core.Ask(holder, new HolderRequest(new PutRequest(lacking[0].Box, paid.Nonce, items) { Challenge = paid.Challenge }, (later, answer, _) =>
        {
            if (answer?.Answer is PutAnswer put && put.Codes.Count == items.Count)
            {
                Given(later, holder, new Part(lacking, from, next, items, paid.Times), put);
                return;
            }

            core.Finder.Failed(later, holder);
            Done(later);
        }));
    }

    private void Given(long now, Endpoint holder, Part part, PutAnswer answer)
    {
        var isRefused = false;
        for (var i = 0; i < answer.Codes.Count; i++)
        {
            switch (answer.Codes[i])
            {
                case DropCode.Done:
                    core.CountPushed();
                    (Box.Troubles ??= new BoxTroubles()).Took(holder, part.Items[i].Entry.Hash);
                    break;
                case DropCode.WorkWanted when part.Worked < RepairLimits.WorkTimes
                    && core.TryWork(answer.Wanted, (later, work) => Give(later, holder, part.Lacking, part.From, new PaidWork(work, answer.Wanted.Challenge, part.Worked + 1))):
                    return;
                case DropCode.Busy or DropCode.Deleted:
                    break; // the next look goes on with it
                default:
                    isRefused = true;
                    break;
            }
        }

        // Another takes its place in this box, for a while.
        if (isRefused)
            (Box.Troubles ??= new BoxTroubles()).Refused(holder, now + RepairLimits.Refused);
        if (!isRefused && answer.Codes.Contains(DropCode.Done))
            Give(now, holder, part.Lacking, part.Next);
        else
            Done(now);
    }

    private void Distrust(long now, Endpoint holder)
    {
        WasWrong = true;
        core.Finder.Distrust(now, holder);
        Done(now);
    }

    private void Done(long now)
    {
        if (--_pending == 0)
            core.Ended(now, this);
    }

    /// <summary>Work that a holder under load wanted, and for the which time.</summary>
    private readonly record struct PaidWork(ulong Nonce, ReadOnlyMemory<byte> Challenge, int Times);

    /// <summary>What of it was given in one PUT.</summary>
    private sealed record Part(List<KeptEntry> Lacking, int From, int Next, List<PutItem> Items, int Worked);
}
