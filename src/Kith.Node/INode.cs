using Kith.Delivery;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Wire;

namespace Kith.Node;

/// <summary>A running node as the API sees it.</summary>
public interface INode
{
    /// <summary>What happens here, published after the commit that made it true.</summary>
    NodeEvents Events { get; }

    /// <summary>Who is called how, who is online, who writes.</summary>
    ContactBoard Board { get; }

    /// <summary>Runs a call that changes something inside the node loop; it returns after the commit.</summary>
    /// <param name="call">The call; it may run again, from the start, when another item of its batch failed.</param>
    /// <exception cref="MessengerException">It cannot be done, and nothing has changed.</exception>
    Task<T> InvokeAsync<T>(Func<IMessenger, T> call);

    /// <summary>As <see cref="InvokeAsync"/> for a call that makes several changes, which are all taken back when a later one is refused.</summary>
    Task<T> InvokeAllAsync<T>(Func<IMessenger, T> call);

    /// <summary>Runs a call that only reads inside the node loop; it does not wait for a commit.</summary>
    Task<T> QueryAsync<T>(Func<IMessenger, T> query);

    /// <summary>Messages that hold every word of the query, newest first. Runs in slices, so that it holds nobody up.</summary>
    Task<IReadOnlyList<MessageView>> SearchAsync(string query, string? contact, int limit, CancellationToken cancellationToken);

    /// <summary>The node at a glance.</summary>
    Task<Status> StatusAsync();

    /// <summary>Every open session, then the nodes of the overlay.</summary>
    Task<IReadOnlyList<Peer>> PeersAsync();

    /// <summary>What the node sees of the network.</summary>
    Task<Api.Types.Network> NetworkAsync();

    /// <summary>Room for what others leave for those who are away, and what of it is known.</summary>
    RoomState Room();

    /// <summary>Room offered from now on, bytes; kept for later runs.</summary>
    /// <exception cref="MessengerException">It is no size, or cannot be kept.</exception>
    RoomState OfferRoom(long bytes);

    /// <summary>An onion service of this node at which people come in who use Tor alone.</summary>
    TorEntryState TorEntry();

    /// <summary>Lets them in from now on, or no more; kept for later runs.</summary>
    /// <exception cref="MessengerException">It cannot be kept.</exception>
    TorEntryState OfferTorEntry(bool offers);

    /// <summary>The ways into Tor's network and, through it, to others.</summary>
    /// <exception cref="MessengerException">They cannot be read.</exception>
    TorWaysState TorWays();

    /// <summary>Takes others from now on; kept for later runs.</summary>
    /// <exception cref="MessengerException">A line is not what it must be, Tor refuses it, or they cannot be kept; nothing has changed.</exception>
    Task<TorWaysState> ChangeTorWaysAsync(TorWaysChange change, CancellationToken cancellationToken);

    /// <summary>Waits a moment until who has a link that was just made is let in by it, where that takes a moment.</summary>
    Task AwaitLinkServiceAsync(CancellationToken cancellationToken);

    /// <summary>Looks for a contact's current addresses through the overlay; what is found is called at once.</summary>
    /// <exception cref="MessengerException">No such contact, or nothing was found.</exception>
    Task<Lookup> LookupAsync(string contact, CancellationToken cancellationToken);

    /// <summary>The user waits for a contact: they are called and looked for at once, if not connected.</summary>
    void Await(AccountId contact);

    /// <summary>Waits a moment, two seconds at most and soon after the start alone, until somebody introduces callers to this node: for a link that is about to be made.</summary>
    Task AwaitIntroducerAsync(CancellationToken cancellationToken);

    /// <summary>Why a message does not go to a contact by a route now, one sentence; null when nothing is known that speaks against it.</summary>
    string? WhyNot(AccountId contact, RouteKind route);

    /// <summary>Gives new find secrets to the chosen contacts; the others find us no more.</summary>
    /// <exception cref="MessengerException">No such contact.</exception>
    Task<FindSecretsIssued> IssueFindSecretsAsync(IReadOnlyList<string> contacts);

    /// <summary>What works from here.</summary>
    Task<IReadOnlyList<DoctorCheck>> ExamineAsync();

    /// <summary>Sets, changes or removes the vault's passphrase.</summary>
    Task ChangePassphraseAsync(string? current, string? next);

    /// <summary>Writes everything as one encrypted file.</summary>
    Task ExportAsync(Stream destination, string passphrase, CancellationToken cancellationToken);

    /// <summary>A new address of the page, good for one opening.</summary>
    string NewPage();

    /// <summary>Asks the node to stop; returns at once.</summary>
    void RequestStop();
}
