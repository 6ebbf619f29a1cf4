using Kith.Crypto;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Passing;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Dialing;

namespace Kith.Mailbox.Hosting;

/// <summary>What a mailbox works with; all of it stays the caller's but where it says otherwise.</summary>
/// <param name="Overlay">Where holders are found; null where they are found by asking those at onion addresses.</param>
/// <param name="Networks">The networks that this node is on now, its addresses with the port.</param>
/// <param name="Port">The number of its port.</param>
/// <param name="Dialer">Makes sessions to holders; the mailbox disposes it.</param>
/// <param name="Holding">Makes what keeps boxes for others, from who holds what and from requests to holders; the mailbox disposes it. Null: nothing is kept here.</param>
/// <param name="Takers">Where sessions of clients come from.</param>
/// <param name="Observer">Told what happens.</param>
/// <param name="Random">The randomness.</param>
/// <param name="Time">The clock.</param>
public sealed record MailboxParts(
    IOverlay? Overlay,
    Func<OwnNetworks> Networks,
    int Port,
    NamelessDialer Dialer,
    Func<IHolderFinder, IHolderCalls, IHolding>? Holding,
    SessionTakers Takers,
    IMailboxObserver Observer,
    IRandom Random,
    TimeProvider Time)
{
    /// <summary>This node's static key, which others seal for what they have passed on to it; null takes nothing that is sealed. Stays the caller's.</summary>
    public X25519PrivateKey? Key { get; init; }

    /// <summary>Whether requests about our own boxes always go through somebody else, or wait: for whom no holder may see.</summary>
    public Func<bool> NeverStraight { get; init; } = static () => false;

    /// <summary>Those who pass on at onion addresses, for somebody who calls no others (the dialer must not, either): everything goes through them, and they are asked who holds. Null for everybody else.</summary>
    public Func<IReadOnlyList<OnionPasser>>? Onions { get; init; }

    /// <summary>Through how many others what must never be seen goes, 1 to <see cref="PassLimits.MostPassers"/>; may change at any time.</summary>
    public Func<int> Passers { get; init; } = static () => PassLimits.Passers;

    /// <summary>What the order of those who pass on is drawn by now: the same at each start, so that few see us; null draws one for this run.</summary>
    public Func<PassPeriod>? Order { get; init; }

    /// <summary>The guards of an earlier run under the same setting, as <see cref="IMailboxObserver.GuardsChanged"/> told them.</summary>
    public SavedGuards Guards { get; init; } = SavedGuards.None;

    /// <summary>Where defects are written; null for nowhere.</summary>
    public TextWriter? Log { get; init; }
}
