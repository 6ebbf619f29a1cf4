using Kith.Wire;
using Kith.Wire.Bencode;

namespace Kith.Overlay.Walker;

/// <summary>What the walker does with each of the four messages.</summary>
public sealed partial class WalkerCore
{
    /// <summary>An answer to what an unproven address sent is at most so many times as large (RFC 9000 section 8).</summary>
    public const int MaxAmplification = 3;

    /// <summary>Peers in one response.</summary>
    public const int MaxPexSent = 8;

    /// <summary>Peers of one response that are kept; the rest is passed over.</summary>
    public const int MaxPexTaken = 8;

    private const int MaxRoom = 4096;
    private const double StrangerBurst = 400;
    private const double StrangersPerSecond = 200;

    private readonly RateBucket _strangers = new(StrangerBurst, StrangersPerSecond);

    /// <inheritdoc/>
    public void Receive(long now, Endpoint from, ReadOnlySpan<byte> datagram)
    {
        if (!_table.Own.MayAnswer(from) || !WalkerReader.TryRead(datagram, out var message))
        {
            Refused++;
            return;
        }

        var peer = _table.Find(from);
        if (message.PeerId.SequenceEqual(_peerId))
        {
            // We asked ourselves: an entry point, or an address in somebody's list, was our own.
            if (peer?.Standing == PeerStanding.Candidate)
                _table.Remove(peer);
            return;
        }

        var isProven = message.SpeaksKith && _tokens.Verify(now, from, message.Echo);
        // Who proved itself once does so each time: without, it is somebody else who writes its address on a datagram, and gets no more than a stranger.
        var isDoubtful = peer?.Standing == PeerStanding.Proven && !isProven;
        switch (message.Type)
        {
            case WalkerMessageType.IntroductionRequest:
                OnRequest(now, from, peer, in message, isProven, isDoubtful);
                break;
            case WalkerMessageType.IntroductionResponse:
                OnResponse(now, peer, in message, isProven);
                break;
            case WalkerMessageType.PunctureRequest:
                OnPunctureRequest(now, peer, in message, isProven, isDoubtful);
                break;
            default:
                OnPuncture(now, from, peer, in message, isProven, isDoubtful);
                break;
        }
    }

    private void OnRequest(long now, Endpoint from, WalkerPeer? peer, in WalkerMessage message, bool isProven, bool isDoubtful)
    {
        if (!isDoubtful)
            peer = Hear(now, from, peer, in message, isProven);
        if (!(peer is { Standing: >= PeerStanding.Answered } && !isDoubtful ? peer.Answers.TryTake(now) : _strangers.TryTake(now)))
            return;
        // Not in the table, or somebody with a known peer's address: answered from the datagram alone.
        var asker = peer is null || isDoubtful ? Stranger(now, from, in message, isProven) : peer;
        var limit = isProven ? WalkerWriter.MaxDatagram : Math.Min(WalkerWriter.MaxDatagram, MaxAmplification * message.Size);
        // One that we do not know yet and that cannot prove itself is asked at once: until it answers there is room for that beside a short response.
        var probes = asker is { Standing: PeerStanding.Heard, AskedSince: 0 } && !message.SpeaksKith;
        if (asker.Standing == PeerStanding.Heard)
            limit = Math.Min(limit, asker.Room - (probes ? RequestRoom : 0));
        Respond(now, asker, Math.Min(message.Wanted ?? MaxPexSent, MaxPexSent), limit);
        if (!probes || !MayProbe(asker))
            return;
        asker.OwedSince = now;
        Ask(asker, now, WantedWhenCalm);
    }

    private void OnResponse(long now, WalkerPeer? peer, in WalkerMessage message, bool isProven)
    {
        // Only what was asked for, once, and from a node of Kith only with our token.
        if (peer is null || peer.AskedSince == 0 || ((message.SpeaksKith || peer.Standing == PeerStanding.Proven) && !isProven))
        {
            Refused++;
            return;
        }

        var isFirst = peer.AnsweredAt == 0;
        var wanted = peer.Wanted;
        var roundTrip = peer.Asks == 1 ? now - peer.AskedLast : (double?)null;
        if (isFirst && peer is { Incoming: false, WasPunctured: false, IsInvitee: false } && !_punctures.WasPunctured(peer.Address))
            peer.Connectable = true;
        var isEcho = peer.Token.Length == 0;
        Believe(now, peer, in message, isProven);
        peer.AskedSince = 0;
        peer.NextAsk = long.MaxValue;
        peer.AnsweredAt = now;
        peer.RoundTrip = roundTrip ?? peer.RoundTrip;
        _table.Raise(peer, isProven ? PeerStanding.Proven : PeerStanding.Answered, now);
        if (VoteOf(peer.Address).Report(now, peer.Address, message.Destination, IsNear(peer.Address), isProven))
            _observer?.WanChanged(now, VoteOf(peer.Address).Address!.Value);
        _observer?.Answered(now, new WalkerAnswer(peer.Address, isProven, roundTrip, isFirst));
        TakePex(now, peer, in message);
        if (isProven && isEcho)
            Prove(now, peer, wanted);
        else if (!isProven)
            Repay(now, peer, MaxAmplification * message.Size);
    }

    // A peer of the seed's dialect asked before it could be named to anybody. Now it has shown that it listens: its introduction follows, once, rather than at its next request.
    private void Repay(long now, WalkerPeer peer, int limit)
    {
        var owed = peer.OwedSince != 0 && now - peer.OwedSince < WalkInterval;
        peer.OwedSince = 0;
        if (owed)
            Respond(now, peer, MaxPexSent, limit, onlyInvited: true);
    }

    // It has not had its token back yet: without, it gives us no more than a stranger. Asked again, it introduces us; else a puncture carries the token.
    private void Prove(long now, WalkerPeer peer, int wanted)
    {
        if (wanted > 0 && now < _fastUntil)
        {
            Ask(peer, now, wanted);
            return;
        }

        Span<byte> token = stackalloc byte[AddressTokens.Size];
        var writer = WriterTo(peer, now, token);
        Send(peer, writer.Puncture());
    }

    private void TakePex(long now, WalkerPeer by, in WalkerMessage message)
    {
        var pex = new BencodeReader(message.Pex);
        for (var taken = 0; taken < MaxPexTaken && WalkerReader.TryReadNext(ref pex, out var entry, out var usable);)
        {
            if (usable && TakeCandidate(now, by, entry) is not null)
                taken++;
        }

        if (!message.HasInvitee)
            return;
        var invitee = _table.Find(message.Invitee.Address);
        // One that we know needs no introduction, unless it was a candidate only: now its puncture is on the way.
        invitee = invitee ?? TakeCandidate(now, by, message.Invitee);
        if (invitee is not { Standing: PeerStanding.Candidate, AskedSince: 0 })
            return;
        invitee.IsInvitee = true;
        Ask(invitee, now, WantedWhenCalm);
    }

    private WalkerPeer? TakeCandidate(long now, WalkerPeer by, PeerEntry entry)
    {
        var address = entry.Address;
        if (!_table.Own.MayFollow(by.Address, address) || IsOneOfOurs(address) || entry.PeerId.SequenceEqual(_peerId)
            || (address.Port < PunctureGuard.MinPort && !IsNear(address)) || _table.Find(address) is not null || IsKnownId(entry.PeerId))
            return null;
        var candidate = new WalkerPeer(address, incoming: false, now) { NamedBy = by.Address };
        candidate.Name(entry.PeerId);
        WakeAt(candidate.EndsAt());
        return _table.Add(candidate, now);
    }

    private bool IsKnownId(ReadOnlySpan<byte> id)
    {
        foreach (var peer in _table.All)
        {
            if (!id.IsEmpty && peer.Standing > PeerStanding.Heard && id.SequenceEqual(peer.Id))
                return true;
        }

        return false;
    }

    private void OnPunctureRequest(long now, WalkerPeer? peer, in WalkerMessage message, bool isProven, bool isDoubtful)
    {
        if (peer is null || isDoubtful)
        {
            Refused++;
            return;
        }

        Believe(now, peer, in message, isProven);
        var target = message.PuncturePeer.Address;
        // Whom we talk with needs no hole (the seed: whom it knows by id).
        if (target.Port == 0 || message.PuncturePeer.PeerId.SequenceEqual(_peerId) || _table.Find(target)?.IsActive(now) == true)
            return;
        if (!_punctures.TryAccept(now, peer, target, _table.Own, VoteOf(target).Address))
        {
            Refused++;
            return;
        }

        Span<byte> token = stackalloc byte[AddressTokens.Size];
        var punctured = Stranger(now, target);
        var writer = WriterTo(punctured, now, token);
        var puncture = writer.Puncture();
        // Never more than what was asked with.
        if (puncture.Length <= message.Size)
            Send(punctured, puncture);
    }

    private void OnPuncture(long now, Endpoint from, WalkerPeer? peer, in WalkerMessage message, bool isProven, bool isDoubtful)
    {
        if (isDoubtful)
            return;
        var isInvitee = peer is { Standing: PeerStanding.Candidate, IsInvitee: true };
        if (!isInvitee && peer is null && FindReaddressed(from, message.PeerId) is { } moved)
        {
            // Its NAT gave it another port towards us than towards the one that introduced it.
            _table.Remove(moved);
            peer = _table.Add(new WalkerPeer(from, incoming: false, now) { IsInvitee = true, NamedBy = moved.NamedBy, Wanted = moved.Wanted }, now);
            peer?.Name(message.PeerId);
            isInvitee = peer is not null;
        }

        if (isInvitee && !isProven)
        {
            // Its hole is open now, and what we sent before may have been lost: ask again, and once or twice more until it answers.
            peer!.SpeaksKith = message.SpeaksKith;
            peer.Token = message.Token.ToArray();
            if (peer.WasPunctured)
                return;
            peer.WasPunctured = true;
            peer.Asks = Math.Min(peer.Asks, AgainInvitee.Length - 1);
            Ask(peer, now, WantedWhenCalm);
            return;
        }

        _ = Hear(now, from, peer, in message, isProven);
    }

    private WalkerPeer? FindReaddressed(Endpoint from, ReadOnlySpan<byte> id)
    {
        foreach (var peer in _table.All)
        {
            if (peer is { Standing: PeerStanding.Candidate, IsInvitee: true } && peer.Address.SameAddress(from) && id.SequenceEqual(peer.Id))
                return peer;
        }

        return null;
    }

    // Something unasked came: takes its sender into the table, or what it says of itself into the one that is there.
    private WalkerPeer? Hear(long now, Endpoint from, WalkerPeer? peer, in WalkerMessage message, bool isProven)
    {
        var standing = isProven ? PeerStanding.Proven : PeerStanding.Heard;
        var wasPunctured = _punctures.WasPunctured(from);
        if (_punctures.TryClaim(from, out var introducer))
            _table.Find(introducer)?.PunctureCredit.Return();
        if (peer is null)
        {
            peer = _table.Add(new WalkerPeer(from, incoming: true, now) { Standing = standing, WasPunctured = wasPunctured, LastHeard = now }, now);
            if (peer is null)
                return null;
            WakeAt(_walkAt = Math.Max(_walkAt, now));
        }
        else
        {
            _table.Raise(peer, standing, now);
        }

        Believe(now, peer, in message, isProven);
        return peer;
    }

    private void Believe(long now, WalkerPeer peer, in WalkerMessage message, bool isProven)
    {
        if (peer.Standing == PeerStanding.Candidate)
            _table.Raise(peer, PeerStanding.Heard, now);
        peer.LastHeard = now;
        if (peer.Standing == PeerStanding.Heard)
            peer.Room = Math.Min(MaxRoom, peer.Room + (MaxAmplification * message.Size));
        peer.SpeaksKith = message.SpeaksKith;
        // A puncture is written for an address, not for a peer, and says nothing of this.
        peer.ServesRelay = message.ServesRelay || (message.Type == WalkerMessageType.Puncture && peer.ServesRelay);
        // Alive, but its answer was lost: it is asked again in its turn.
        if (now - peer.AskedLast >= PeerTable.Timeout)
            peer.AskedSince = 0;
        peer.Name(message.PeerId);
        if (!message.Token.IsEmpty && !message.Token.SequenceEqual(peer.Token))
            peer.Token = message.Token.ToArray();
    }

    private static WalkerPeer Stranger(long now, Endpoint from, in WalkerMessage message, bool isProven)
    {
        var stranger = Stranger(now, from);
        stranger.SpeaksKith = message.SpeaksKith;
        stranger.Token = message.Token.ToArray();
        stranger.Standing = isProven ? PeerStanding.Proven : PeerStanding.Candidate;
        return stranger;
    }

    private static WalkerPeer Stranger(long now, Endpoint at) => new(at, incoming: true, now);
}
