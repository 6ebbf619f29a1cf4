using Kith.Crypto;
using Kith.Overlay.Rendezvous;

namespace Kith.Overlay.Host;

/// <summary>A search for a contact that runs, or waits until there is anybody to ask.</summary>
internal sealed class HeldFind(FindSecret secret, Ed25519PublicKey maker, Action<SearchProgress> progress, long deadline)
{
    public FindSecret Secret { get; } = secret;

    public Ed25519PublicKey Maker { get; } = maker;

    public Action<SearchProgress> Progress { get; } = progress;

    /// <summary>Whether a clock that is off is looked for in any case.</summary>
    public bool IsThorough { get; init; }

    /// <summary>Until when it waits.</summary>
    public long Deadline { get; set; } = deadline;

    /// <summary>The search once it runs.</summary>
    public RendezvousSearch? Search { get; set; }
}
