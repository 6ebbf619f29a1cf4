using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Wire;

namespace Kith.Overlay.Relay;

/// <summary>What both roles stand on.</summary>
internal sealed class RelayGround(OwnNetworks networks, IDatagramSink sink, IRandom random, IRelayRegistrations registrations)
{
    public OwnNetworks Networks { get; set; } = networks;

    public IRandom Random { get; } = random;

    public IRelayRegistrations Registrations { get; } = registrations;

    public AddressTokens Tokens { get; } = new(random);

    public CircuitTable Table { get; } = new();

    /// <summary>What was agreed to.</summary>
    public RelayConsent Consent { get; set; }

    public bool Serves => Consent.HasFlag(RelayConsent.Serve);

    public bool Uses => Consent.HasFlag(RelayConsent.Use);

    /// <summary>An id that nobody can guess.</summary>
    public ulong NextId() => Random.NextUInt64();

    public void Send(Endpoint to, in RelayMessage message)
    {
        Span<byte> datagram = stackalloc byte[RelayMessage.MaxDatagram];
        sink.Send(to, message.Write(datagram));
    }

    /// <summary>Asks an address to prove that it receives: never more bytes than it sent.</summary>
    public void Challenge(long now, Endpoint to, ulong id)
    {
        Span<byte> token = stackalloc byte[AddressTokens.Size];
        Tokens.Write(now, to, token);
        Send(to, new RelayMessage { Type = RelayMessageType.Challenge, Id = id, Token = token });
    }

    public void Refuse(Endpoint to, ulong id, RelayRefusal why) => Send(to, new RelayMessage { Type = RelayMessageType.Refuse, Id = id, Code = (byte)why });

    public void Close(Endpoint to, ulong id, RelayRefusal why) => Send(to, new RelayMessage { Type = RelayMessageType.Close, Id = id, Code = (byte)why });
}
