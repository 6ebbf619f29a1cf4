using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging;
using Kith.Messaging.Drops;
using Kith.Messaging.Finding;
using Kith.Wire;

namespace Kith.Node.Tests.Loop;

/// <summary>Notes the ends of batches and the reloads; the loop calls nothing else by itself.</summary>
internal sealed class FakePeers(List<string> log) : IPeerProtocol
{
    public Action AtEnd { get; set; } = () => { };

    public long? NextDeadline => null;

    public void EndBatch()
    {
        log.Add("end");
        AtEnd();
    }

    public void Reload() => log.Add("reload");

    public Func<ReadOnlyMemory<byte>, Reception> OnEnvelope { get; set; } = _ => throw new NotSupportedException();

    public Reception ReceiveEnvelope(PeerOrigin from, ReadOnlyMemory<byte> envelope) => OnEnvelope(envelope);

    public byte[]? WriteBundleRequest(AccountId peer, ReadOnlySpan<byte> handshakeHash) => throw new NotSupportedException();

    public byte[]? AnswerBundleRequest(PeerOrigin from, ReadOnlySpan<byte> request) => throw new NotSupportedException();

    public void ReceiveBundle(AccountId peer, PeerOrigin from, ReadOnlySpan<byte> answer) => throw new NotSupportedException();

    public void Transmitted(AccountId peer, IReadOnlyList<MessageId> ids, RouteKind route) => throw new NotSupportedException();

    public void Stored(AccountId peer, IReadOnlyList<MessageId> ids) => throw new NotSupportedException();

    public DropBoxes Boxes() => throw new NotSupportedException();

    public void BoxRead(ReadOnlyMemory<byte> secret, long at) => throw new NotSupportedException();

    public byte[]? WriteStandingBundle(string link, long firstPeriod, IReadOnlyList<Ed25519PublicKey> readKeys) => throw new NotSupportedException();

    public void StandingBundleStored(string link) => throw new NotSupportedException();

    public void ReceiveStandingBundle(AccountId maker, ReadOnlySpan<byte> bundle) => throw new NotSupportedException();

    public AccountId? PeerOf(ReadOnlySpan<byte> transportKey) => throw new NotSupportedException();

    public IReadOnlyList<(AccountId Peer, PeerEndpoint Endpoint)> Peers() => throw new NotSupportedException();

    public void SetOwnAddresses(IReadOnlyList<string> addresses) => throw new NotSupportedException();

    public void SetMeetings(AccountId contact, IReadOnlyList<string> meetings) => throw new NotSupportedException();

    public Kith.Messaging.Onion.OnionPlan Onion() => Kith.Messaging.Onion.OnionPlan.None;

    public IReadOnlyList<FindPublication> FindableBy() => throw new NotSupportedException();

    public IReadOnlyList<FindTarget> Wanted() => throw new NotSupportedException();

    public void AddressesFound(AccountId peer, IReadOnlyList<string> addresses, long madeAt) => throw new NotSupportedException();

    public void Tick() => throw new NotSupportedException();
}
