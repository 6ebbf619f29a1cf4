using Kith.Crypto;
using Kith.Mailbox.Directory;
using Kith.Mailbox.Holding;
using Kith.Overlay;
using Kith.Transport;
using Kith.Transport.Dialing;

namespace Kith.Mailbox.Hosting;

/// <summary>What a mailbox works with; all of it stays the caller's but where it says otherwise.</summary>
/// <param name="Overlay">Where holders are found.</param>
/// <param name="Networks">The networks that this node is on now, its addresses with the port.</param>
/// <param name="Port">The number of its port.</param>
/// <param name="Dialer">Makes sessions to holders; the mailbox disposes it.</param>
/// <param name="Holding">Makes what keeps boxes for others, from who holds what and from requests to holders; the mailbox disposes it. Null: nothing is kept here.</param>
/// <param name="Takers">Where sessions of clients come from.</param>
/// <param name="Observer">Told what happens.</param>
/// <param name="Random">The randomness.</param>
/// <param name="Time">The clock.</param>
public sealed record MailboxParts(
    IOverlay Overlay,
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

    /// <summary>Where defects are written; null for nowhere.</summary>
    public TextWriter? Log { get; init; }
}
