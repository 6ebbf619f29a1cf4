using System.Net;
using System.Net.Sockets;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Transport.PortMapping;

/// <summary>Asks by PCP (RFC 6887): one nonce for each mapping as long as it lives, so that nobody else can change it.</summary>
internal sealed class PcpRouter(GatewayExchange exchange, IRandom random, TimeProvider time) : IRouterProtocol
{
    private readonly Dictionary<bool, byte[]> _nonces = [];
    private readonly Epoch _epoch = new();
    private readonly long _started = time.GetTimestamp();

    /// <inheritdoc/>
    public MappingProtocol Protocol => MappingProtocol.Pcp;

    /// <inheritdoc/>
    public bool HasForgotten { get; set; }

    /// <inheritdoc/>
    public async Task<MappedPort?> MapAsync(bool isUdp, ushort inner, ushort outer, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(isUdp, inner, outer, (uint)MappingLimits.Lifetime.TotalSeconds, cancellationToken).ConfigureAwait(false);
        if (answer is not { External: { } external, Seconds: > 0 } granted)
            return null;
        HasForgotten |= !_epoch.Continues(granted.Epoch, time.GetElapsedTime(_started));
        var endpoint = Endpoint.From(external);
        return MappingLimits.IsEndpoint(endpoint) ? new MappedPort(Protocol, isUdp, endpoint, TimeSpan.FromSeconds(granted.Seconds)) : null;
    }

    /// <inheritdoc/>
    public Task UnmapAsync(MappedPort port, ushort inner, CancellationToken cancellationToken) => AskAsync(port.IsUdp, inner, 0, 0, cancellationToken);

    private async Task<Answer?> AskAsync(bool isUdp, ushort inner, ushort outer, uint seconds, CancellationToken cancellationToken)
    {
        if (!_nonces.TryGetValue(isUdp, out var nonce))
            _nonces[isUdp] = nonce = random.NextBytes(PcpMessage.NonceSize);
        // No address is suggested: all zeroes of the family (section 11.1).
        var any = exchange.Local.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        var request = PcpMessage.AskMapping(exchange.Local, nonce, isUdp, inner, new IPEndPoint(any, outer), seconds);
        var (came, answer) = await exchange.AskAsync((ReadOnlySpan<byte> datagram, out Answer read) =>
        {
            var isOne = PcpMessage.TryRead(datagram, request, out var result, out var epoch, out var granted, out var external);
            read = new Answer(result, epoch, granted, external);
            return isOne;
        }, request, cancellationToken).ConfigureAwait(false);
        return came && answer.Result == 0 ? answer : null;
    }

    private readonly record struct Answer(int Result, uint Epoch, uint Seconds, IPEndPoint? External);
}
