namespace Kith.Crypto.Noise;

/// <summary>What a handshake message is made of (Noise §7.1, §9.2).</summary>
internal enum NoiseToken
{
    E,
    S,
    EE,
    ES,
    SE,
    SS,
    Psk,
}
