using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Directory;

/// <summary>Announces this node as a holder, while it is one: at depth 0, 2, 4, … up to the first key that is not full without us.</summary>
internal sealed class RoomAnnouncer(IDirectoryWorld world, RegionCache regions, IRandom random, Func<Endpoint, bool> isSelf)
{
    private BoxAddress? _place;
    private Endpoint? _own;
    private long _due = long.MaxValue;
    private long _pause = DirectoryLimits.FirstAnnouncement;
    private int _depth = -1; // the depth that is looked at now; negative while nothing is under way
    private long _look = long.MaxValue;

    /// <summary>Whether we offer room.</summary>
    public bool Offers { get; private set; }

    /// <summary>Whether somebody has taken it.</summary>
    public bool IsAnnounced { get; private set; }

    public long NextDeadline => _depth >= 0 ? _look : _due;

    /// <summary>Sets whether we offer room and where we are; both matter at once.</summary>
    public void Set(long now, bool offers, Endpoint? own)
    {
        if (offers == Offers && own == _own)
            return;
        (Offers, _own) = (offers, own);
        _place = own is { } known ? RoomKey.PlaceOf(known) : null;
        Restart(now);
    }

    /// <summary>Everything is told anew.</summary>
    public void Restart(long now)
    {
        _depth = -1;
        _pause = DirectoryLimits.FirstAnnouncement;
        _due = Offers ? now : long.MaxValue;
        IsAnnounced &= Offers;
    }

    public void Announced(long now, int stored)
    {
        if (stored > 0)
            IsAnnounced = Offers;
        else if (Offers)
            _due = Math.Min(_due, now + (_pause = DirectoryLimits.FirstAnnouncement));
    }

    /// <summary>Goes on as far as the keys are known.</summary>
    public void Advance(long now)
    {
        if (_depth < 0)
        {
            if (_due > now)
                return;
            _depth = 0;
            _pause = Math.Min(_pause * 2, DirectoryLimits.AnnouncementPeriod);
            _due = now + (_pause * (75 + random.NextInt32(26)) / 100);
        }

        while (_depth >= 0)
        {
            if (_depth > 0 && _place is null)
            {
                // Where we are deeper down is not known yet: the top alone has to do.
                _depth = -1;
                return;
            }

            var region = regions.Get(now, _depth, _place is { } place ? RoomKey.PrefixAt(place, _depth) : 0);
            if (!region.IsKnown)
            {
                _look = now + DirectoryLimits.SearchPatience;
                return;
            }

            Take(region);
        }
    }

    private void Take(Region region)
    {
        var others = region.Holders.Count(holder => !isSelf(holder));
        var isFull = others >= DirectoryLimits.Full;
        if (!isFull || others < region.Count)
            world.Announce(region.Key);
        var next = _depth + DirectoryLimits.DepthStep;
        _depth = isFull && next <= RoomKey.MaxDepth ? next : -1;
    }
}
