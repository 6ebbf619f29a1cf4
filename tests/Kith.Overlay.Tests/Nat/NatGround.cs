using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay.Tests.Nat;

/// <summary>The rest of an overlay, as the core that observes NATs sees it; keeps what was sent.</summary>
internal sealed class NatGround : INatGround
{
    private readonly AddressTokens _tokens = new(SystemRandom.Instance);
    private readonly Dictionary<Endpoint, byte[]> _tokensOfOthers = [];

    public long Now { get; set; } = 1_000_000;

    public List<(int Socket, Endpoint To, byte[] Datagram)> Sent { get; } = [];

    public HashSet<Endpoint> Trusted { get; } = [];

    public OwnNetworks Networks { get; set; } = new([At("198.51.100.1:7300")]);

    public ushort Port => 7300;

    public Endpoint? Wan { get; set; } = At("198.51.100.1:7300");

    public IReadOnlyList<WanReport> Votes { get; set; } = [];

    public bool WasReached { get; set; }

    public IReadOnlyList<Endpoint> Neighbours { get; set; } = [];

    public int Asked { get; set; }

    public ushort AlternatePort { get; set; } = 40_000;

    public int Opened { get; private set; }

    public static Endpoint At(string text) => Endpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);

    /// <summary>Our token for an address, as whoever receives there has it.</summary>
    public byte[] TokenFor(Endpoint address)
    {
        var token = new byte[AddressTokens.Size];
        WriteToken(address, token);
        return token;
    }

    /// <summary>A neighbour that gave us its token.</summary>
    public void Meet(Endpoint neighbour)
    {
        Neighbours = [.. Neighbours, neighbour];
        _tokensOfOthers[neighbour] = SystemRandom.Instance.NextBytes(AddressTokens.Size);
    }

    public bool MayOrder(Endpoint by) => Trusted.Contains(by);

    public ReadOnlySpan<byte> TokenOf(Endpoint peer) => _tokensOfOthers.TryGetValue(peer, out var token) ? token : default(ReadOnlySpan<byte>);

    public void WriteToken(Endpoint address, Span<byte> token) => _tokens.Write(Now, address, token);

    public bool Verify(Endpoint address, ReadOnlySpan<byte> token) => _tokens.Verify(Now, address, token);

    public void Send(int socket, Endpoint to, ReadOnlySpan<byte> datagram) => Sent.Add((socket, to, datagram.ToArray()));

    public ushort Open(int socket)
    {
        Opened++;
        return (ushort)(50_000 + socket);
    }

    public void Close(int socket) => Opened--;
}
