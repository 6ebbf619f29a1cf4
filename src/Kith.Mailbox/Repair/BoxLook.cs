using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Client;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Repair;

/// <summary>One look after a box: audits of some holders side by side, and what they lack given to each.</summary>
internal sealed class BoxLook(RepairCore core, BoxCare box, IReadOnlyList<KeptEntry> entries, long last)
{
    private readonly HashSet<int> _checked = [];
    private int _pending;

    public BoxCare Box { get; } = box;

    /// <summary>Where the next look goes on; 0 when all has been looked at.</summary>
    public long Last { get; } = last;

    /// <summary>Whether anybody was silent, lied or lacked something.</summary>
    public bool WasWrong { get; private set; }

    public void Begin(long now, IReadOnlyList<Endpoint> holders)
    {
        if (entries.Count == 0)
            holders = [];
        while (_checked.Count < Math.Min(RepairLimits.Checked, entries.Count))
            _checked.Add(core.Dice.NextInt32(entries.Count));
        // One more, which is taken back last: nothing may end before all have begun.
        _pending = holders.Count + 1;
        var hashes = entries.Select(static entry => entry.Hash).ToList();
        foreach (var holder in holders)
        {
            var nonce = new byte[ChunkAudit.NonceSize];
            core.Dice.Fill(nonce);
            core.Calls.Ask(holder, new HolderRequest(new AuditRequest(Box.Address, nonce, hashes), (later, answer, _) => Audited(later, holder, nonce, answer)));
        }

        Done(now);
    }

    private void Audited(long now, Endpoint holder, byte[] nonce, HolderAnswer? answer)
    {
        if (answer?.Answer is not AuditAnswer { Outcomes: var outcomes } || outcomes.Count != entries.Count)
        {
            WasWrong = true;
            core.Finder.Failed(now, holder);
            Done(now);
            return;
        }

        var lacking = new List<KeptEntry>();
        for (var i = 0; i < outcomes.Count; i++)
        {
            switch (outcomes[i].State)
            {
                case AuditState.Absent:
                    lacking.Add(entries[i]);
                    break;
                case AuditState.Deleted:
                    TakeDelete(entries[i], outcomes[i].Proof);
                    break;
                case AuditState.Kept when _checked.Contains(i) && !IsProved(entries[i], nonce, answer.HolderKey, outcomes[i].Proof):
                    WasWrong = true;
                    core.Finder.Distrust(now, holder);
                    Done(now);
                    return;
            }
        }

        if (lacking.Count == 0)
        {
            Done(now);
            return;
        }

        WasWrong = true;
        if (lacking.Exists(entry => Box.Given?.Contains((holder, entry.Hash)) == true))
        {
            // It took them, said so, and has them no more.
            core.Finder.Distrust(now, holder);
            Done(now);
            return;
        }

        Give(now, holder, lacking, 0);
    }

    // Part by part, so that one holder's slowness holds up nobody else and no frame is too long.
    private void Give(long now, Endpoint holder, List<KeptEntry> lacking, int from)
    {
        var items = new List<PutItem>();
        var (next, bytes) = (from, 0);
        for (; next < lacking.Count && items.Count < WireLimits.MaxPut && (bytes < RepairLimits.PutBytes); next++)
        {
            var entry = lacking[next];
            if (core.Store.Chunk(Box.Address, entry.Hash) is not { } chunk)
                continue;
            items.Add(new PutItem(entry.Entry, chunk));
            bytes += items[^1].WireSize;
        }

        if (items.Count == 0)
        {
            Done(now);
            return;
        }

        core.Calls.Ask(holder, new HolderRequest(new PutRequest(entries[0].Box, WorkNonce: 0, items), (later, answer, _) => Given(later, holder, lacking, next, items, answer)));
    }

    private void Given(long now, Endpoint holder, List<KeptEntry> lacking, int next, List<PutItem> items, HolderAnswer? answer)
    {
        if (answer?.Answer is not PutAnswer { Codes: var codes } || codes.Count != items.Count)
        {
            core.Finder.Failed(now, holder);
            Done(now);
            return;
        }

        Box.Given ??= [];
        for (var i = 0; i < codes.Count; i++)
        {
            if (codes[i] != DropCode.Done)
                continue;
            core.CountPushed(1);
            if (Box.Given.Count < RepairLimits.Given)
                Box.Given.Add((holder, items[i].Entry.Hash));
        }

        // Who has no room for one has none for the rest, and is asked again at the next look.
        if (codes.Contains(DropCode.Done))
            Give(now, holder, lacking, next);
        else
            Done(now);
    }

    private void TakeDelete(KeptEntry entry, ReadOnlyMemory<byte> signature)
    {
        if (EntryRules.IsDelete(entry.Box, entry.Hash, signature.Span))
            core.Delete(entry, signature.Span);
    }

    private bool IsProved(KeptEntry entry, byte[] nonce, X25519PublicKey key, ReadOnlyMemory<byte> digest) =>
        core.Store.Chunk(Box.Address, entry.Hash) is not { } chunk || digest.Span.SequenceEqual(ChunkAudit.Digest(nonce, key, chunk));

    private void Done(long now)
    {
        if (--_pending == 0)
            core.Ended(now, this);
    }
}
