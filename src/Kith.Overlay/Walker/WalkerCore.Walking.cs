using Kith.Crypto;

namespace Kith.Overlay.Walker;

/// <summary>Whom the walker asks, and when.</summary>
public sealed partial class WalkerCore
{
    private const int WantedWhenHungry = 8;
    private const int WantedWhenCalm = 4;

    // Once the fast walk is over, only some requests want peers: with fewer than enough every third, else every twelfth. The others keep peers and NATs awake at a third of the bytes.
    private const int HungryEvery = 3;
    private const int CalmEvery = 12;

    // Milliseconds after a request without an answer until the next; the last is the last.
    private static readonly long[] AgainEntry = [300, 1000, 3000, 7000];
    private static readonly long[] AgainInvitee = [250, 800, 2000];
    private static readonly long[] AgainCandidate = [1500];
    private static readonly long[] AgainKnown = [3000, 6000];

    // Most that a request in the seed's dialect takes.
    private const int RequestRoom = 150;

    private void EndAndRepeat(long now)
    {
        _chosen.Clear();
        foreach (var peer in _table.All)
        {
            if (now >= peer.EndsAt())
                _chosen.Add(peer);
        }

        foreach (var peer in _chosen)
            _table.Remove(peer);
        foreach (var peer in _table.All)
        {
            if (now >= peer.NextAsk)
                Ask(peer, now, peer.Wanted);
        }
    }

    private void Walk(long now)
    {
        var active = 0;
        foreach (var peer in _table.All)
            active += peer.IsActive(now) ? 1 : 0;
        _walks++;
        var isHungry = active < EnoughPeers;
        var isFast = isHungry && now < _fastUntil;
        _walkAt = now + (isFast ? FastInterval : WalkInterval);
        var wanted = isFast ? WantedWhenHungry : _walks % (isHungry ? HungryEvery : CalmEvery) == 0 ? WantedWhenCalm : 0;
        // By turns one that came to us and has yet to show that it is there, and, while peers are few, a candidate: those first while in haste.
        var next = _walks % 2 == 1 ? Choose(MayProbe) : null;
        if (isFast || (isHungry && _walks % 2 == 0))
            next ??= Choose(static peer => peer is { Standing: PeerStanding.Candidate, AskedSince: 0 });
        next ??= ChooseActive(now, isFast) ?? (isFast ? null : Choose(static peer => peer is { Standing: >= PeerStanding.Answered, AskedSince: 0 }));
        if (next is not null)
            Ask(next, now, Math.Max(wanted, next.Standing < PeerStanding.Answered ? WantedWhenCalm : 0));
    }

    // A node of Kith proves itself; another that was only heard has to be asked, within its room.
    private static bool MayProbe(WalkerPeer peer) => peer is { Standing: PeerStanding.Heard, AskedSince: 0, Room: >= RequestRoom } && peer.SpeaksKith != true;

    // A random active peer of those that are silent for half the time-out already, else out of the half that was heard longest ago: so as few as can be fall out of the
    // active ones by chance. In haste, too, no peer at each step.
    private WalkerPeer? ChooseActive(long now, bool isFast)
    {
        _chosen.Clear();
        foreach (var peer in _table.All)
        {
            if (peer.IsActive(now) && peer.AskedSince == 0 && (!isFast || now - peer.AskedLast >= FastAgain))
                _chosen.Add(peer);
        }

        if (_chosen.Count == 0)
            return null;
        _chosen.Sort(static (one, other) => one.LastHeard.CompareTo(other.LastHeard));
        var due = _chosen.Count(peer => now - peer.LastHeard >= PeerTable.Timeout / 2);
        return _chosen[_random.NextInt32(due > 0 ? due : (_chosen.Count + 1) / 2)];
    }

    private WalkerPeer? Choose(Predicate<WalkerPeer> may)
    {
        _chosen.Clear();
        foreach (var peer in _table.All)
        {
            if (may(peer))
                _chosen.Add(peer);
        }

        return _chosen.Count == 0 ? null : _chosen[_random.NextInt32(_chosen.Count)];
    }

    private void Ask(WalkerPeer peer, long now, int wanted)
    {
        if (peer.AskedSince == 0)
        {
            peer.AskedSince = now;
            peer.Asks = 0;
        }

        var again = peer.Standing == PeerStanding.Heard ? [] : peer.Standing > PeerStanding.Heard ? AgainKnown : peer.IsEntry ? AgainEntry : peer.IsInvitee ? AgainInvitee : AgainCandidate;
        peer.NextAsk = peer.Asks < again.Length ? now + again[peer.Asks] : long.MaxValue;
        peer.Asks++;
        peer.AskedLast = now;
        peer.Wanted = wanted;
        Span<byte> token = stackalloc byte[AddressTokens.Size];
        var writer = WriterTo(peer, now, token);
        Send(peer, writer.IntroductionRequest(wanted));
        WakeAt(Math.Min(peer.NextAsk, peer.EndsAt()));
    }

    private WalkerWriter WriterTo(WalkerPeer peer, long now, Span<byte> token)
    {
        // A peer of the seed's dialect alone gets nothing that it would not read.
        if (peer.SpeaksKith == false)
            return new WalkerWriter(_buffer, _peerId, peer.Address, default);
        _tokens.Write(now, peer.Address, token);
        return new WalkerWriter(_buffer, _peerId, peer.Address, new WalkerWriter.Additions(token, peer.Token, ServesRelay && peer.SpeaksKith == true));
    }

    private void Send(WalkerPeer peer, ReadOnlySpan<byte> datagram)
    {
        if (datagram.IsEmpty)
            return;
        if (peer.Standing == PeerStanding.Heard)
            peer.Room -= datagram.Length;
        _sink.Send(peer.Address, datagram);
    }
}
