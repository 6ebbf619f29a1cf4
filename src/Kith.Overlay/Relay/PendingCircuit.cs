using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>A circuit that the receiver has been asked for and has not answered.</summary>
internal sealed class PendingCircuit(ulong transaction, Endpoint caller, Endpoint registrant, ulong offered, byte[] handle, AddressPrefix? prefix, long now)
{
    /// <summary>The caller's.</summary>
    public ulong Transaction { get; } = transaction;

    public Endpoint Caller { get; } = caller;

    public Endpoint Registrant { get; } = registrant;

    /// <summary>The transaction with the registrant.</summary>
    public ulong Offered { get; } = offered;

    public byte[] Handle { get; } = handle;

    /// <summary>The caller's prefix, where it counts.</summary>
    public AddressPrefix? Prefix { get; } = prefix;

    public long Deadline { get; } = now + RelayLimits.AnswerTime;

    public long NextOffer { get; set; }

    public long Retry { get; set; } = RelayLimits.FirstRetry;
}
