using Kith.Wire;

namespace Kith.Node.Network;

/// <summary>
/// Whom to look for in the overlay, and when: whoever is not connected, at once and then after growing pauses; at once again when something speaks for it. Without I/O;
/// belongs to the loop. Times are unix milliseconds.
/// </summary>
internal sealed class SearchSchedule
{
    /// <summary>The pause after the first search that did not lead to a session; doubled each time.</summary>
    public const long FirstPause = 500;

    /// <summary>The longest pause while few are looked for.</summary>
    public const long LongestPause = 300_000;

    /// <summary>The longest pause is at least this for each who is looked for: so many absent contacts still cost less than 1 kB/s.</summary>
    public const long PausePerContact = 20_000;

    /// <summary>Between the beginnings of two searches for one contact at least, however urgent.</summary>
    public const long ShortestPeriod = 1_000;

    /// <summary>After a change of network contacts are looked for although they have a session: both sides may have moved, and then it leads nowhere.</summary>
    public const long Doubt = 20_000;

    /// <summary>Searches under way at once; further ones wait for an end.</summary>
    public const int MaxSearching = 8;

    private readonly Dictionary<AccountId, State> _wanted = [];
    private int _searching;
    private bool _ready;
    private bool _stale;
    private long? _next;

    /// <summary>When <see cref="TakeDue"/> has something to give, or null.</summary>
    public long? NextDeadline
    {
        get
        {
            // Asked after each batch of the loop, and seldom another.
            if (_stale)
                _next = FindNext();
            _stale = false;
            return _next;
        }
    }

    /// <summary>Whom to look for while they are not connected; the whole of it. New ones are looked for at once.</summary>
    public void Want(IReadOnlySet<AccountId> contacts, Func<AccountId, bool> isOnline, long now)
    {
        _stale = true;
        foreach (var gone in _wanted.Keys.Where(contact => !contacts.Contains(contact)).ToList())
        {
            if (_wanted.Remove(gone, out var state) && state.IsSearching)
                _searching--;
        }

        foreach (var contact in contacts)
        {
            if (!_wanted.ContainsKey(contact))
                _wanted.Add(contact, new State { NextAt = now, IsOnline = isOnline(contact) });
        }
    }

    /// <summary>Whether a search would find anybody to ask. When that begins, everybody is looked for at once.</summary>
    public void SetReady(bool ready, long now)
    {
        if (ready == _ready)
            return;
        _ready = ready;
        UrgeAll(now);
    }

    /// <summary>A session opened, or the last one closed: then the contact is looked for at once.</summary>
    public void SetOnline(AccountId contact, bool online, long now)
    {
        if (!_wanted.TryGetValue(contact, out var state))
            return;
        _stale = true;
        state.IsOnline = online;
        state.DoubtedUntil = long.MinValue;
        if (!online)
            state.Urge(now);
    }

    /// <summary>Looks at once, and after short pauses again: somebody waits for it. False when that was said a moment ago already, or the contact is not looked for.</summary>
    public bool Urge(AccountId contact, long now)
    {
        if (!_wanted.TryGetValue(contact, out var state) || now - state.UrgedAt < ShortestPeriod)
            return false;
        _stale = true;
        state.Urge(now);
        return true;
    }

    /// <summary>As <see cref="Urge"/> for everybody.</summary>
    public void UrgeAll(long now)
    {
        _stale = true;
        foreach (var state in _wanted.Values)
            state.Urge(now);
    }

    /// <summary>As <see cref="UrgeAll"/>, and for those with a session too: the network is another.</summary>
    public void DoubtAll(long now)
    {
        UrgeAll(now);
        foreach (var state in _wanted.Values)
            state.DoubtedUntil = now + Doubt;
    }

    /// <summary>Whom to look for now; each search's end is to be told by <see cref="Ended"/>.</summary>
    public IReadOnlyList<AccountId> TakeDue(long now)
    {
        if (NextDeadline is not { } next || next > now)
            return [];
        _stale = true;
        var absent = _wanted.Values.Count(state => !state.IsOnline);
        var due = new List<AccountId>();
        foreach (var (contact, state) in _wanted.OrderBy(one => one.Value.NextAt))
        {
            if (_searching == MaxSearching || state.NextAt > now)
                break;
            if (!state.IsWanted || state.IsSearching)
                continue;
            state.Begin(now, Math.Max(LongestPause, absent * PausePerContact));
            _searching++;
            due.Add(contact);
        }

        return due;
    }

    /// <summary>A search is over, whatever it brought.</summary>
    public void Ended(AccountId contact, long now)
    {
        if (!_wanted.TryGetValue(contact, out var state) || !state.IsSearching)
            return;
        _stale = true;
        state.End(now);
        _searching--;
    }

    private long? FindNext()
    {
        if (!_ready || _searching >= MaxSearching)
            return null;
        long? next = null;
        foreach (var state in _wanted.Values)
        {
            if (state is { IsWanted: true, IsSearching: false } && (next is null || state.NextAt < next))
                next = state.NextAt;
        }

        return next;
    }

    private sealed class State
    {
        private long _begun = long.MinValue / 2;
        private long _pause = FirstPause;

        public required long NextAt { get; set; }

        public bool IsOnline { get; set; }

        public long DoubtedUntil { get; set; } = long.MinValue;

        public bool IsWanted => !IsOnline || NextAt < DoubtedUntil;

        public bool IsSearching { get; private set; }

        public long UrgedAt { get; private set; } = long.MinValue / 2;

        public void Urge(long now)
        {
            UrgedAt = now;
            _pause = FirstPause;
            NextAt = Math.Max(now, _begun + ShortestPeriod);
        }

        public void Begin(long now, long longestPause)
        {
            IsSearching = true;
            _begun = now;
            NextAt = now + _pause;
            _pause = Math.Min(_pause * 2, longestPause);
        }

        // A search that took longer than the pause leaves some of it all the same.
        public void End(long now)
        {
            IsSearching = false;
            NextAt = Math.Max(NextAt, now + FirstPause);
        }
    }
}
