using Kith.Mailbox.Client;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Wire;

namespace Kith.Mailbox.Passing;

/// <content>What comes of a way: an answer, or nothing, and whom that is held against.</content>
internal sealed partial class PassRoutes
{
    // What is sealed is opened where it comes in; what whoever passes on says itself stays as it is.
    private static MailboxAnswer? Open(PassLayers layers, MailboxAnswer answer) =>
        layers.TryOpen(answer) is { } opened && opened is WelcomeAnswer or PutAnswer or EntriesAnswer or DeleteAnswer or PassTrouble ? opened : null;

    private void Answered(long now, PassCall call, PassWay way, MailboxAnswer? answer, AskFailure failure)
    {
        if (call.IsOver || !call.Ways.Contains(way))
            return;
        if (way.Layers is not null && answer is not null)
            Heard(now, way, isRefusal: answer is PassTrouble { Code: DropCode.NoRoom, By: <= 0 });
        if (answer is not null and not PassTrouble)
            Take(now, call, way, answer);
        else if (call.IsAnswered || way.Layers is null)
            Fail(now, call, answer is null ? failure : AskFailure.Ended);
        else
            Miss(now, call, way, answer as PassTrouble, failure);
    }

    private void Heard(long now, PassWay way, bool isRefusal)
    {
        Heard(now);
        if (_heard.Count >= ClientLimits.Remembered)
            _heard.Clear();
        _heard[way.At] = now;
        // Who passes nothing on any more is of no use, though it is there.
        if (isRefusal)
            _order.Guards.Failed(now, way.At);
        else
            _order.Guards.Answered(way.At);
        _manners.Answered(new HolderHandle(way.At), now - way.AskedAt);
    }

    private void Take(long now, PassCall call, PassWay way, MailboxAnswer answer)
    {
        if (!call.IsAnswered)
        {
            call.IsAnswered = true;
            Used(now, way, isCarried: true);
            foreach (var other in call.Ways)
            {
                if (other == way)
                    continue;
                // What was asked later had no time yet.
                if (other.AskedAt < way.AskedAt)
                    Used(now, other, isCarried: false);
                Leave(other);
            }

            call.Ways.RemoveAll(other => other != way);
        }

        // It was asked before more or fewer were to pass it on, or before nobody was to see it.
        if (call.KeepsOn && HiddenLength is > 0 and var length && length != way.HiddenLength)
        {
            Fail(now, call, AskFailure.Withdrawn);
            return;
        }

        // News that were refused do not go on.
        if (!call.KeepsOn || answer is not EntriesAnswer { Code: DropCode.Done })
            Drop(call);
        else
            _standing.Add(call);
        call.Told(now, answer, AskFailure.None);
    }

    // A way has come to nothing.
    private void Miss(long now, PassCall call, PassWay way, PassTrouble? trouble, AskFailure failure)
    {
        call.Ways.Remove(way);
        Leave(way);
        // What the last of a chain says is said of the holder; what one before it says is said of the one behind it, which may be slow for what comes after.
        var isOfHolder = trouble is null ? failure == AskFailure.Broken && way.Chain.Count == 1 : trouble.By == way.Chain.Count - 1;
        // It went through the guard when the last of several says so: what holders do is held against no guard, nor what we ended ourselves.
        if (failure != AskFailure.Withdrawn)
            Used(now, way, isCarried: isOfHolder && way.Chain.Count > 1);
        switch (trouble?.Code)
        {
            case DropCode.Signature when isOfHolder && !NeverStraight():
                world.KeyFailed(now, call.Holder.At);
                Fail(now, call, AskFailure.Crowded);
                return;
            case DropCode.Unknown or DropCode.Silent or DropCode.Signature or null when isOfHolder:
                call.Witnesses++;
                call.KeyWitnesses += trouble?.Code == DropCode.Signature ? 1 : 0;
                break;
            // Nobody is tried for it, and so they may be asked again.
            case null when failure == AskFailure.Withdrawn:
                call.Tries--;
                call.Tried.RemoveAll(way.Chain.Contains);
                break;
            // Each waits equally long for the next: whoever is late for that may wait for the holder.
            case DropCode.Silent when now - way.AskedAt >= LateAnswer:
                break;
            case DropCode.Unknown or DropCode.Silent or DropCode.Signature or null when trouble is not null:
                if (trouble.Code == DropCode.Signature)
                    world.KeyFailed(now, way.Chain[trouble.By + 1]);
                // A guard says that itself or nobody: others could take the guards away that they are not.
                if (trouble is { Code: DropCode.Signature, By: < 0 })
                    _order.Guards.KeyFailed(now, way.At, way.FirstKey);
                _manners.Failed(new HolderHandle(way.Chain[trouble.By + 1]), now);
                break;
            default:
                _manners.Failed(new HolderHandle(way.Chain[Math.Max(trouble?.By ?? 0, 0)]), now);
                break;
        }

        if (call.Witnesses >= PassLimits.Witnesses)
        {
            if (call.KeyWitnesses >= PassLimits.Witnesses)
                world.KeyFailed(now, call.Holder.At);
            Doubt(now, call);
            return;
        }

        if (call.Ways.Count > 0 || TryStart(now, call))
            return;
        if (call.Witnesses > 0)
            Doubt(now, call);
        else if (call.CanWait)
            Fail(now, call, AskFailure.Crowded);
        else
            Straight(now, call);
    }

    // It is the holder that does not answer. One that people chose by name need not be known to others.
    private void Doubt(long now, PassCall call)
    {
        if (!call.Holder.IsPreferred)
        {
            Fail(now, call, AskFailure.Unreachable);
            return;
        }

        foreach (var way in call.Ways)
            Leave(way);
        call.Ways.Clear();
        Straight(now, call);
    }

    private void Fail(long now, PassCall call, AskFailure failure)
    {
        Drop(call);
        call.Told(now, null, failure);
    }

    // Those of chains alone are guards. Which key it was sealed with for the first is known of these.
    private void Used(long now, PassWay way, bool isCarried)
    {
        if (way.FirstKey is not null)
            _order.Guards.Used(now, way.At, isCarried);
    }

    private void Leave(PassWay way)
    {
        world.Drop(way.At, way.Asked!);
        way.Layers?.Dispose();
    }
}
