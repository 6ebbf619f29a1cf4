using Kith.Crypto;
using Kith.Crypto.Noise;

namespace Kith.Fuzz.Tests;

internal static class CryptoTargets
{
    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("noise name", () => WireTargets.Text("noise name", ["Noise_IKpsk0+psk2_25519_ChaChaPoly_BLAKE2s", "Noise_X_25519_ChaChaPoly_SHA256"],
            name => NoiseProtocol.TryParse(name, out _))),
        ("noise IK first message", () => FirstMessage("noise IK first message", "Noise_IK_25519_ChaChaPoly_BLAKE2s", usesPsk: false)),
        ("noise XXpsk0 first message", () => FirstMessage("noise XXpsk0 first message", "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s", usesPsk: true)),
        ("aes-cbc", AesCbcTarget),
    ];

    private static FuzzTarget FirstMessage(string name, string protocolName, bool usesPsk)
    {
        var protocol = NoiseProtocol.Parse(protocolName);
        var random = SystemRandom.Instance;
        var responderKey = X25519PrivateKey.Generate(random);
        var psk = usesPsk ? SecretBytes.Generate(random, NoiseProtocol.PskSize) : null;
        X25519PublicKey? known = protocolName.Contains("_IK", StringComparison.Ordinal) ? responderKey.PublicKey : null;
        var initiator = new HandshakeState(protocol, initiator: true, [], X25519PrivateKey.Generate(random), known, psk, random);
        var honest = new byte[initiator.NextMessageOverhead + 5];
        initiator.WriteMessage("hello"u8, honest);
        var payload = new byte[NoiseProtocol.MaxMessageSize];
        return new FuzzTarget(name, [honest], input =>
        {
            using var responder = new HandshakeState(protocol, initiator: false, [], responderKey, null, psk, random);
            return responder.TryReadMessage(input, payload, out _);
        }, Cost: 4);
    }

    private static FuzzTarget AesCbcTarget()
    {
        byte[] key = new byte[AesCbc.KeySize], iv = new byte[AesCbc.IvSize], honest = new byte[AesCbc.CiphertextSize(40)];
        AesCbc.Encrypt(key, iv, new byte[40], honest);
        return new FuzzTarget("aes-cbc", [honest], input => AesCbc.TryDecrypt(key, iv, input, new byte[input.Length], out _));
    }
}
