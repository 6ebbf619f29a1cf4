using Kith.Crypto;
using Kith.Forwarding.Sphinx;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Forwarding.Meeting;

/// <summary>A handle of ours at a meeting point, for one contact.</summary>
internal sealed class OwnHandle(AccountId contact, MeetingSecret secret, ReadOnlyMemory<byte> key)
{
    private ulong _goneBefore; // when it was last laid anew on a guess
    private ulong _laidFrom; // the last number before that; 0 when it is known to be gone
    private long _askPause;

    public AccountId Contact { get; } = contact;

    public MeetingSecret Secret { get; } = secret;

    public NodeHandle Handle { get; } = secret.Handle;

    public ReadOnlyMemory<byte> Key { get; } = key;

    /// <summary>Whether it can be told to the contact: it is registered, or reply blocks are on their way there.</summary>
    public bool IsReady { get; set; }

    /// <summary>Of the open form: whether it was registered on the session that there is, and that was not refused.</summary>
    public bool IsAsked { get; set; }

    /// <summary>It is not registered before.</summary>
    public long AskAt { get; private set; } = long.MinValue;

    /// <summary>Reply blocks sent there so far.</summary>
    public ulong Sent { get; set; }

    /// <summary>The number of the last that is not there any more: they are used in order.</summary>
    public ulong Gone { get; private set; }

    /// <summary>Whether what lies there is of an earlier run, whose keys are gone: it is thrown away before anything is laid.</summary>
    public bool IsStale { get; set; }

    /// <summary>Nothing is laid before, as what was thrown away may still be on its way to be.</summary>
    public long FillAt { get; set; } = long.MinValue;

    /// <summary>When something last came to it.</summary>
    public long UsedAt { get; set; } = long.MinValue / 2;

    /// <summary>Blocks that are believed to be there.</summary>
    public int Left => (int)(Sent - Gone);

    /// <summary>How many there should be.</summary>
    public int Target(long now) => now - UsedAt < MeetingLimits.BusyTime ? MeetingLimits.BusyStock : MeetingLimits.IdleStock;

    /// <summary>There is no session that it could be registered on: on the next one it is, at once.</summary>
    public void Unregistered() => (IsAsked, AskAt, _askPause) = (false, long.MinValue, 0);

    /// <summary>To register it was refused: it is tried again.</summary>
    public void Refused(long now)
    {
        _askPause = Math.Clamp(2 * _askPause, MeetingLimits.FirstReconnect, MeetingLimits.LastReconnect);
        (IsAsked, AskAt) = (false, now + _askPause);
    }

    /// <summary>What is laid there has gone or is to go: as much again is laid.</summary>
    /// <param name="isGuess">Whether it may be there after all, which shows when something comes by it.</param>
    public void LayAnew(bool isGuess) => (_goneBefore, _laidFrom, Gone) = isGuess && Left > 0 ? (Gone, Sent, Sent) : (0, 0, Sent);

    /// <summary>Something came by that block: those before it are gone.</summary>
    public void Used(ulong number)
    {
        if (number > _laidFrom)
            Gone = Math.Max(Gone, Math.Min(number, Sent));
        else
            (Gone, _laidFrom) = (Math.Max(_goneBefore, number), 0);
    }

    public static OwnHandle Draw(AccountId contact, IRandom random) => new(contact, MeetingSecret.Draw(random), random.NextBytes(MeetingSeal.KeySize));
}
