using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Wire;
using Kith.Overlay;

namespace Kith.Mailbox.Holding;

/// <summary>What is remembered of a client while its stream lasts.</summary>
/// <param name="client">The client.</param>
/// <param name="stream">The one whose stream it asks by; null where that is its own.</param>
internal sealed class KnownClient(IHolderClient client, KnownClient? stream = null)
{
    private const ulong NearPrefix = 0;
    private const ulong UnknownPrefix = 1; // all whose address is not known share one

    private readonly List<(byte[] Challenge, int Bits)> _challenges = []; // oldest first
    private int _most = HoldingLimits.Challenges;

    public IHolderClient Client { get; } = client;

    /// <summary>Whether it is told nothing any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>What its entries are charged to.</summary>
    public ulong Prefix { get; } = client.IsNear ? NearPrefix : client.From is { } from ? AddressPrefix.Of(from).Number : UnknownPrefix;

    /// <summary>Boxes that it waits for news of.</summary>
    public HashSet<BoxAddress> Watched { get; } = [];

    /// <summary>Asks for work: a challenge for one PUT.</summary>
    public WorkWanted Want(int bits, IRandom random)
    {
        if (stream is not null)
        {
            stream._most = HoldingLimits.ChallengesOfPasser;
            return stream.Want(bits, random);
        }

        var challenge = new byte[WireLimits.ChallengeSize];
        random.Fill(challenge);
        if (bits > 0)
        {
            if (_challenges.Count >= _most)
                _challenges.RemoveAt(0);
            _challenges.Add((challenge, bits));
        }

        return new WorkWanted(bits, challenge);
    }

    /// <summary>Whether a PUT brings the work for the challenge that it names, which then serves no other. Tried against the one alone: else it would cost the fewer bits the more challenges there are.</summary>
    public bool TrySpend(PutRequest put)
    {
        if (stream is not null)
            return stream.TrySpend(put);
        var at = _challenges.FindIndex(one => put.Challenge.Span.SequenceEqual(one.Challenge));
        if (at < 0 || !ProofOfWork.HoldsForLoad(_challenges[at].Challenge, _challenges[at].Bits, put.WorkNonce))
            return false;
        _challenges.RemoveAt(at);
        return true;
    }
}
