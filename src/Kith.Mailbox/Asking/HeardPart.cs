using Kith.Crypto;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Asking;

/// <summary>What others have said of one part of the network.</summary>
internal sealed class HeardPart(FindRequest request)
{
    private readonly Dictionary<X25519PublicKey, IReadOnlyList<FoundHolder>> _said = []; // one node under two names says it once
    private long _pause = FindLimits.FirstPause;

    public FindRequest Request => request;

    /// <summary>What is believed.</summary>
    public IReadOnlyList<FoundHolder> Agreed { get; private set; } = [];

    /// <summary>Whether anything is believed: also that there is nobody.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Those whose answer is waited for.</summary>
    public HashSet<Endpoint> Asked { get; } = [];

    /// <summary>Which turn of asking it is: answers of another one come too late.</summary>
    public int Turn { get; private set; }

    public long AskedAt { get; private set; }

    /// <summary>When it is asked for again.</summary>
    public long NextAt { get; private set; }

    /// <summary>When it was last of use.</summary>
    public long UsedAt { get; set; }

    private int _needed;

    /// <summary>Others are asked from now on.</summary>
    public void Begin(long now, IReadOnlyList<Endpoint> passers, int known)
    {
        Turn++;
        AskedAt = now;
        _said.Clear();
        Asked.UnionWith(passers);
        // One who is alone is believed, since there is nobody to ask beside them.
        _needed = Math.Min(FindLimits.Witnesses, known);
    }

    /// <summary>One has answered, or has not.</summary>
    public void Take(long now, Endpoint passer, X25519PublicKey key, IReadOnlyList<FoundHolder>? said)
    {
        if (!Asked.Remove(passer))
            return;
        if (said is not null)
            _said.TryAdd(key, said);
        if (Asked.Count == 0)
            Settle(now);
    }

    /// <summary>Those who have not answered are waited for no more, when enough others have; true when that is so now.</summary>
    public bool Check(long now)
    {
        if (Asked.Count == 0 || _said.Count < _needed || now < AskedAt + FindLimits.Doubt)
            return false;
        Settle(now);
        return true;
    }

    /// <summary>It is asked for anew.</summary>
    public void Expire() => NextAt = 0;

    private void Settle(long now)
    {
        Asked.Clear();
        if (_said.Count >= _needed)
        {
            Agreed = [.. _said.Values.SelectMany(static said => said).GroupBy(static one => one).Where(all => all.Count() >= _needed).Select(static all => all.Key)];
            IsKnown = true;
        }

        var isEnough = IsKnown && Agreed.Count >= MailboxLimits.Asked;
        NextAt = now + (isEnough ? FindLimits.Lifetime : _pause);
        _pause = isEnough ? FindLimits.FirstPause : Math.Min(_pause * 2, FindLimits.LastPause);
    }
}
