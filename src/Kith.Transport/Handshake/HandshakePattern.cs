using Kith.Crypto.Noise;

namespace Kith.Transport.Handshake;

/// <summary>The Noise handshakes of a session, by their number in the preface.</summary>
internal sealed class HandshakePattern
{
    private readonly Lazy<NoiseProtocol> _protocol;

    private HandshakePattern(byte id, string name, bool knowsResponder, bool isSwarm)
    {
        Id = id;
        _protocol = new Lazy<NoiseProtocol>(() => NoiseProtocol.Parse(name));
        KnowsResponder = knowsResponder;
        IsSwarm = isSwarm;
    }

    public static HandshakePattern XX { get; } = new(0x01, "Noise_XX_25519_ChaChaPoly_BLAKE2s", knowsResponder: false, isSwarm: false);

    public static HandshakePattern IK { get; } = new(0x02, "Noise_IK_25519_ChaChaPoly_BLAKE2s", knowsResponder: true, isSwarm: false);

    public static HandshakePattern SwarmXX { get; } = new(0x81, "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s", knowsResponder: false, isSwarm: true);

    public static HandshakePattern SwarmIK { get; } = new(0x82, "Noise_IKpsk0_25519_ChaChaPoly_BLAKE2s", knowsResponder: true, isSwarm: true);

    public byte Id { get; }

    public NoiseProtocol Protocol => _protocol.Value;

    /// <summary>The initiator knows whom it calls.</summary>
    public bool KnowsResponder { get; }

    /// <summary>The swarm's key takes part from the first message.</summary>
    public bool IsSwarm { get; }

    public static HandshakePattern? Find(byte id) => id switch
    {
        0x01 => XX,
        0x02 => IK,
        0x81 => SwarmXX,
        0x82 => SwarmIK,
        _ => null,
    };

    public static HandshakePattern Choose(bool knowsResponder, bool isSwarm) => (knowsResponder, isSwarm) switch
    {
        (false, false) => XX,
        (true, false) => IK,
        (false, true) => SwarmXX,
        (true, true) => SwarmIK,
    };
}
