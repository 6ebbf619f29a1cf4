using System.Net;
using Kith.Wire;

namespace Kith.Transport.PortMapping;

/// <summary>Asks by NAT-PMP (RFC 6886). IPv4 alone.</summary>
internal sealed class NatPmpRouter(GatewayExchange exchange, TimeProvider time) : IRouterProtocol
{
    private readonly Epoch _epoch = new();
    private readonly long _started = time.GetTimestamp();

    /// <inheritdoc/>
    public MappingProtocol Protocol => MappingProtocol.NatPmp;

    /// <inheritdoc/>
    public bool HasForgotten { get; set; }

    /// <inheritdoc/>
    public async Task<MappedPort?> MapAsync(bool isUdp, ushort inner, ushort outer, CancellationToken cancellationToken)
    {
        var (hasAddress, address) = await exchange.AskAsync<Address>(ReadAddress, NatPmpMessage.AskAddress(), cancellationToken).ConfigureAwait(false);
        if (!hasAddress || address.Result != 0)
            return null;
        var answer = await AskAsync(isUdp, inner, outer, (uint)MappingLimits.Lifetime.TotalSeconds, cancellationToken).ConfigureAwait(false);
        if (answer is not { Seconds: > 0 } granted)
            return null;
        HasForgotten |= !_epoch.Continues(granted.Epoch, time.GetElapsedTime(_started));
        var endpoint = Endpoint.From(address.External, granted.Outer);
        return MappingLimits.IsEndpoint(endpoint) ? new MappedPort(Protocol, isUdp, endpoint, TimeSpan.FromSeconds(granted.Seconds)) : null;
    }

    /// <inheritdoc/>
    public Task UnmapAsync(MappedPort port, ushort inner, CancellationToken cancellationToken) => AskAsync(port.IsUdp, inner, 0, 0, cancellationToken);

    private static bool ReadAddress(ReadOnlySpan<byte> datagram, out Address address)
    {
        var isOne = NatPmpMessage.TryReadAddress(datagram, out var result, out _, out var external);
        address = new Address(result, external);
        return isOne;
    }

    private async Task<Mapping?> AskAsync(bool isUdp, ushort inner, ushort outer, uint seconds, CancellationToken cancellationToken)
    {
        var (came, answer) = await exchange.AskAsync((ReadOnlySpan<byte> datagram, out Mapping read) =>
        {
            var isOne = NatPmpMessage.TryReadMapping(datagram, isUdp, inner, out var result, out var epoch, out var mapped, out var granted);
            read = new Mapping(result, epoch, mapped, granted);
            return isOne;
        }, NatPmpMessage.AskMapping(isUdp, inner, outer, seconds), cancellationToken).ConfigureAwait(false);
        return came && answer.Result == 0 ? answer : null;
    }

    private readonly record struct Address(int Result, IPAddress External);

    private readonly record struct Mapping(int Result, uint Epoch, ushort Outer, uint Seconds);
}
