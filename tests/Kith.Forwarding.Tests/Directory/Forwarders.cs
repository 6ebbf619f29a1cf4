using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Overlay;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Directory;

/// <summary>Descriptors and books for tests.</summary>
internal static class Forwarders
{
    public const long Now = 1_770_033_600_000;

    public static int Epoch => ForwardingEpoch.At(Now);

    public static OwnNetworks Abroad { get; } = new([Endpoint.FromIPv4(0x5000_0001, 1)]);

    /// <summary>An endpoint in the prefix of this number.</summary>
    public static Endpoint At(int prefix, byte host = 1) => Endpoint.FromIPv4(0x0B00_0000 + ((uint)prefix << 8) + host, 4711);

    public static ForwarderDescriptor Make(SimulatedRandom random, Endpoint endpoint, long madeAt = Now)
    {
        using var key = X25519PrivateKey.Generate(random);
        return Make(random, key, endpoint, madeAt);
    }

    public static ForwarderDescriptor Make(SimulatedRandom random, X25519PrivateKey key, Endpoint endpoint, long madeAt = Now)
    {
        using var forwarding = X25519PrivateKey.Generate(random);
        return ForwarderDescriptor.Sign(key, madeAt, [new PublicForwardingKey(Epoch, forwarding.PublicKey)], [endpoint], null, random);
    }

    public static ForwarderBook Book(SimulatedRandom random, int count)
    {
        var book = new ForwarderBook(static () => Abroad, random);
        for (var i = 0; i < count; i++)
            book.Add(Now, Make(random, At(i)), ForwarderBook.Itself);
        return book;
    }
}
