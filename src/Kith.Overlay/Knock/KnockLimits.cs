namespace Kith.Overlay.Knock;

/// <summary>The limits of knocking (docs/protocol/knock.md); times are milliseconds.</summary>
public static class KnockLimits
{
    /// <summary>How often a knock is passed on at most; one that says more is refused (specification).</summary>
    public const int MaxLife = 7;

    /// <summary>A knock begins with this life or with one less, so that nobody can tell by it who knocked.</summary>
    public const int StartLife = MaxLife;

    /// <summary>Neighbours that a knock is sent or passed on to, drawn at random, where there are many.</summary>
    public const int Fanout = 4;

    /// <summary>Up to so many neighbours all get it: in a small network nobody is left out by chance.</summary>
    public const int FewNeighbours = 6;

    /// <summary>How far the knock's time may be from ours (specification).</summary>
    public const long MaxClockDifference = 60 * 60 * 1000;

    /// <summary>New knocks taken from one neighbour: so many at once …</summary>
    public const int NeighbourBurst = 16;

    /// <summary>… and then one each so often.</summary>
    public const long NeighbourInterval = 1000;

    /// <summary>New knocks taken from all together, more than one flooder's neighbours let through: so many at once …</summary>
    public const int TotalBurst = 64;

    /// <summary>… and then one each so often.</summary>
    public const long TotalInterval = 50;

    /// <summary>Own knocks at one contact's: one each so often.</summary>
    public const long OwnInterval = 60_000;

    /// <summary>Own knocks in all: so many at once …</summary>
    public const int OwnBurst = 8;

    /// <summary>… and then one each so often.</summary>
    public const long OwnTotalInterval = 5000;

    /// <summary>Knocks remembered, so that each is opened and passed on once; of more the oldest is forgotten.</summary>
    public const int MaxSeen = 4096;

    /// <summary>Neighbours whose knocks are counted; of more the counting begins anew.</summary>
    public const int MaxCounted = 256;

    /// <summary>Secrets tried on a knock; those listed later are not.</summary>
    public const int MaxSecrets = 4096;
}
