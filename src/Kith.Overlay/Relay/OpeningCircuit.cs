using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>A circuit that we asked a relay for.</summary>
internal sealed class OpeningCircuit(ulong transaction, Endpoint relay, byte[] handle, Action<CircuitResult> done, long now)
{
    public ulong Transaction { get; } = transaction;

    public Endpoint Relay { get; } = relay;

    public byte[] Handle { get; } = handle;

    /// <summary>Told once, while the core works.</summary>
    public Action<CircuitResult> Done { get; } = done;

    /// <summary>The relay's token for our address; zeroes until it gave one.</summary>
    public byte[] Token { get; } = new byte[Walker.AddressTokens.Size];

    /// <summary>Whether it gave one: it does so once, or we would be made to ask for ever.</summary>
    public bool HasToken { get; set; }

    public long Deadline { get; } = now + RelayLimits.OpenTime;

    public long NextAsk { get; set; }

    public long Retry { get; set; } = RelayLimits.FirstRetry;
}
