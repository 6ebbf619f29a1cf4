namespace Kith.Overlay.Rendezvous;

/// <summary>The limits of publishing and searching (implementation, but what is marked); times are milliseconds.</summary>
public static class RendezvousLimits
{
    /// <summary>Secrets published at once; more are left out, the last first.</summary>
    public const int MaxPublications = 2000;

    /// <summary>Puts under way at once; the others wait their turn.</summary>
    public const int MaxPuts = 16;

    /// <summary>Searches at once; the oldest gives way, and ends with what it has.</summary>
    public const int MaxSearches = 64;

    /// <summary>A record is put again about so often: nodes keep an item for two hours (BEP 44).</summary>
    public const long RenewInterval = 60 * 60 * 1000;

    /// <summary>Each time up to so much earlier or later, so that records of one node do not go out together.</summary>
    public const long RenewJitter = 10 * 60 * 1000;

    /// <summary>The next period's record is put so long before it begins, for those whose clock is ahead (specification).</summary>
    public const long Lead = 60 * 60 * 1000;

    /// <summary>Of searches in a row that find nothing under a secret, the first and then one in so many looks in the neighbouring periods too: that costs three times as much.</summary>
    public const int NarrowSearches = 4;

    /// <summary>Secrets for which fruitless searches are counted; of more the counting begins anew.</summary>
    public const int MaxCounted = 4096;

    /// <summary>So near to the edge of a period both sides of it are searched at once.</summary>
    public const long Edge = 10 * 60 * 1000;

    /// <summary>A record that nobody took is tried again after this, then after twice as long each time.</summary>
    public const long FirstRetry = 2000;

    /// <summary>The longest wait between two tries.</summary>
    public const long LastRetry = 10 * 60 * 1000;

    /// <summary>A record on fewer nodes than this is put again as one that nobody took: the network, or what we know of it, is small yet.</summary>
    public const int EnoughNodes = 4;

    /// <summary>Changes of one record that go out at once.</summary>
    public const int ChangeBurst = 4;

    /// <summary>After <see cref="ChangeBurst"/> changes, one each so often.</summary>
    public const long ChangeInterval = 30_000;

    /// <summary>Tries to overwrite a record that is withdrawn; then it is left to expire.</summary>
    public const int MaxWithdrawTries = 3;

    /// <summary>No record found now is older than this, if clocks agree: two hours on its node, and the longest time between two puts.</summary>
    public const long MaxRecordAge = (2 * 60 * 60 * 1000) + RenewInterval + RenewJitter;

    /// <summary>A sequence number that another holder of the secret has driven up to here is not followed.</summary>
    public const long MaxSequence = 1L << 60;
}
