using Kith.Crypto;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>Introducing others: the response, and the puncture request to the one that is named in it.</summary>
public sealed partial class WalkerCore
{
    /// <summary>An invitee is asked to puncture at most once in so many milliseconds.</summary>
    public const long InviteInterval = 1_000;

    private readonly List<WalkerPeer> _pex = [];

    private void Respond(long now, WalkerPeer asker, int wanted, int limit, bool onlyInvited = false)
    {
        Span<byte> token = stackalloc byte[AddressTokens.Size];
        _pex.Clear();
        var writer = WriterTo(asker, now, token);
        var size = writer.IntroductionResponse(null, _pex).Length;
        if (size > limit)
            return;
        // Nobody is made to puncture an address that has not shown that it listens to us.
        var invitee = wanted > 0 && asker.Standing >= PeerStanding.Answered ? ChooseInvitee(now, asker) : null;
        if (invitee is not null)
            size += WalkerWriter.SizeOf(invitee.Address, invitee.Id.Length) + "7:invitee".Length;
        if (size > limit)
            invitee = null;
        if (onlyInvited && invitee is null)
            return;
        ChoosePex(now, asker, invitee, wanted, limit - size);
        if (invitee is not null)
        {
            // Before the response: the hole should be there when the asker comes.
            invitee.InvitedAt = now;
            writer = WriterTo(invitee, now, token);
            Send(invitee, writer.PunctureRequest(asker));
        }

        writer = WriterTo(asker, now, token);
        Send(asker, writer.IntroductionResponse(invitee, _pex));
    }

    private WalkerPeer? ChooseInvitee(long now, WalkerPeer asker)
    {
        _chosen.Clear();
        foreach (var peer in _table.All)
        {
            if (MayName(now, peer, asker) && now - peer.InvitedAt >= InviteInterval && CanReach(peer.Address, asker.Address))
                _chosen.Add(peer);
        }

        return _chosen.Count == 0 ? null : _chosen[_random.NextInt32(_chosen.Count)];
    }

    private void ChoosePex(long now, WalkerPeer asker, WalkerPeer? invitee, int wanted, int room)
    {
        _chosen.Clear();
        _pex.Clear();
        // The seed learns of peers from the list alone: for it the invitee stands there too.
        if (invitee is not null && asker.SpeaksKith != true && TryFit(invitee, ref room))
            _pex.Add(invitee);
        foreach (var peer in _table.All)
        {
            if (peer != invitee && MayName(now, peer, asker))
                _chosen.Add(peer);
        }

        while (_chosen.Count > 0 && _pex.Count < wanted)
        {
            var at = _random.NextInt32(_chosen.Count);
            var peer = _chosen[at];
            _chosen[at] = _chosen[^1];
            _chosen.RemoveAt(_chosen.Count - 1);
            if (!TryFit(peer, ref room))
                return;
            _pex.Add(peer);
        }
    }

    private static bool TryFit(WalkerPeer peer, ref int room)
    {
        room -= WalkerWriter.SizeOf(peer.Address, peer.Id.Length);
        return room >= 0;
    }

    // Alive, shown to be there, of the asker's family, and to be reached from where the asker is.
    private static bool MayName(long now, WalkerPeer peer, WalkerPeer asker) => peer.Standing >= PeerStanding.Answered && peer.IsActive(now)
        && peer.Address != asker.Address && (peer.Address.IsIPv4 == asker.Address.IsIPv4 || UdpPort.IsVirtual(asker.Address)) && CanReach(asker.Address, peer.Address);

    private static bool CanReach(Endpoint from, Endpoint to)
    {
        // A tunnel is ours alone: nobody else gets through it.
        if (UdpPort.IsVirtual(to))
            return false;
        var kind = AddressScope.KindOf(to);
        return kind is AddressKind.Global or AddressKind.Documentation || AddressScope.IsOneNetwork(kind, from, to);
    }
}
