using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Kith.Wire;

namespace Kith.Node.Tests.Api;

/// <summary>Stands where a node must stand when nothing is asked of it: for the API's document and its gate.</summary>
internal sealed class UnusedNode : INode
{
    public NodeEvents Events { get; } = new();

    public ContactBoard Board { get; } = new();

    public Task<T> InvokeAsync<T>(Func<IMessenger, T> call) => throw new InvalidOperationException();

    public Task<T> InvokeAllAsync<T>(Func<IMessenger, T> call) => throw new InvalidOperationException();

    public Task<T> QueryAsync<T>(Func<IMessenger, T> query) => throw new InvalidOperationException();

    public Task<IReadOnlyList<MessageView>> SearchAsync(string query, string? contact, int limit, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    public Task<Status> StatusAsync() => throw new InvalidOperationException();

    public Task<IReadOnlyList<Peer>> PeersAsync() => throw new InvalidOperationException();

    public Task<Kith.Node.Api.Types.Network> NetworkAsync() => throw new InvalidOperationException();

    public RoomState Room() => throw new InvalidOperationException();

    public RoomState OfferRoom(long bytes) => throw new InvalidOperationException();

    public TorEntryState TorEntry() => throw new InvalidOperationException();

    public TorEntryState OfferTorEntry(bool offers) => throw new InvalidOperationException();

    public TorWaysState TorWays() => throw new InvalidOperationException();

    public Task<TorWaysState> ChangeTorWaysAsync(TorWaysChange change, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<Lookup> LookupAsync(string contact, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<FindSecretsIssued> IssueFindSecretsAsync(IReadOnlyList<string> contacts) => throw new InvalidOperationException();

    public Task<IReadOnlyList<DoctorCheck>> ExamineAsync() => throw new InvalidOperationException();

    public Task ChangePassphraseAsync(string? current, string? next) => throw new InvalidOperationException();

    public Task ExportAsync(Stream destination, string passphrase, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task AwaitLinkServiceAsync(CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task AwaitIntroducerAsync(CancellationToken cancellationToken) => throw new InvalidOperationException();

    public string? WhyNot(AccountId contact, Kith.Delivery.RouteKind route) => null;

    public string NewPage() => throw new InvalidOperationException();

    public void Await(AccountId contact)
    {
    }

    public void RequestStop()
    {
    }
}
