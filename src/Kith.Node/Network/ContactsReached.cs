using Kith.Delivery.Routes;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Transport;
using ContactState = Kith.Messaging.ContactState;

namespace Kith.Node.Network;

/// <summary>How contacts are reached now, for <c>kith doctor</c>: each counts once, by the fastest way that there is.</summary>
/// <param name="Known">Contacts in all, those who are asked, refused and blocked too.</param>
/// <param name="Wanted">Those whom messages can go to.</param>
/// <param name="Connected">By a session that does not go through Tor.</param>
/// <param name="ThroughTor">By one that does.</param>
/// <param name="ByForwarders">Without a session; forwarders lead to them.</param>
/// <param name="Failure">Why the last call to one of the others failed; null when nobody was called.</param>
internal sealed record ContactsReached(int Known, int Wanted, int Connected, int ThroughTor, int ByForwarders, string? Failure)
{
    private int Away => Wanted - Connected - ThroughTor - ByForwarders;

    /// <summary>Counts.</summary>
    /// <param name="contacts">All of them.</param>
    /// <param name="sessions">The sessions with them.</param>
    /// <param name="byForwarders">To whom forwarders lead, and are what messages take.</param>
    public static ContactsReached Count(IReadOnlyList<ContactView> contacts, DirectRoute sessions, IReadOnlySet<Wire.AccountId> byForwarders)
    {
        var (wanted, connected, throughTor, forwarded) = (0, 0, 0, 0);
        string? failure = null;
        foreach (var contact in contacts.Where(static contact => contact.State is ContactState.Connected or ContactState.Connecting))
        {
            wanted++;
            if (sessions.SessionOf(contact.Id) is { } session)
                _ = session.Route == Delivery.RouteKind.Onion ? throughTor++ : connected++;
            else if (byForwarders.Contains(contact.Id))
                forwarded++;
            else
                failure ??= sessions.LastFailureOf(contact.Id)?.Message;
        }

        return new ContactsReached(contacts.Count, wanted, connected, throughTor, forwarded, failure);
    }

    /// <summary>The line.</summary>
    public DoctorCheck Examine() => new("contacts", Wanted == 0 || Away < Wanted, Wanted switch
    {
        0 when Known == 0 => "There are no contacts yet: make a link with `kith link`.",
        0 => "There is nobody to write to yet: requests are open, refused or blocked.",
        1 => $"Your contact is {One()}.",
        _ when Connected == Wanted => $"All {Wanted} contacts are connected.",
        _ when ThroughTor == Wanted => $"All {Wanted} contacts are connected through Tor.",
        _ when ByForwarders == Wanted => $"All {Wanted} contacts are reached through forwarders.",
        _ when Away == Wanted => $"None of {Wanted} contacts is reached now: what you write waits, or is left with other nodes{Because("one")}.",
        _ => $"Of {Wanted} contacts {string.Join(", ", Parts())}{Because("one")}.",
    });

    private string One() => this switch
    {
        { Connected: 1 } => "connected",
        { ThroughTor: 1 } => "connected through Tor",
        { ByForwarders: 1 } => "reached through forwarders",
        _ => $"not reached now: what you write waits, or is left with other nodes{Because("them")}",
    };

    private IEnumerable<string> Parts()
    {
        if (Connected > 0)
            yield return $"{Be(Connected)} connected";
        if (ThroughTor > 0)
            yield return $"{Be(ThroughTor)} connected through Tor";
        if (ByForwarders > 0)
            yield return $"{Be(ByForwarders)} reached through forwarders";
        if (Away > 0)
            yield return $"{Be(Away)} not reached now";
    }

    private string Because(string whom) => Failure is null ? "" : $"; the last call to {whom} failed: {Failure.TrimEnd('.')}";

    private static string Be(int count) => count == 1 ? "1 is" : $"{count} are";
}
