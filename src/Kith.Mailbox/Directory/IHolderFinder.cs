using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>Who holds what, as the cores of writing, reading and repairing ask it: under one lock with them. Times are unix milliseconds.</summary>
public interface IHolderFinder
{
    /// <summary>
    /// Looks for the holders of a box: of those that offer room and answer, the nearest, at most one in each prefix. Told once, nearest first, never during this call; fewer than asked for, or none, when
    /// no more are known to answer within two seconds.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="address">The box's address.</param>
    /// <param name="count">How many.</param>
    /// <param name="found">Told the time and the holders.</param>
    void Find(long now, BoxAddress address, int count, Action<long, IReadOnlyList<Endpoint>> found);

    /// <summary>Whether this is where we are ourselves, as others see us.</summary>
    bool IsSelf(Endpoint holder);

    /// <summary>A holder did not answer: it is passed over for a while.</summary>
    void Failed(long now, Endpoint holder);

    /// <summary>A holder was found lying: it is passed over for a day.</summary>
    void Distrust(long now, Endpoint holder);
}
