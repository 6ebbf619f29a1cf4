using Kith.Crypto;
using Kith.Overlay.Dht;
using Kith.Overlay.Knock;
using Kith.Overlay.Rendezvous;

namespace Kith.Fuzz.Tests;

/// <summary>Records and knocks: what any node on the network can hand us, and what a contact can seal into them.</summary>
internal static class RendezvousTargets
{
    private static readonly FindSecret Secret = new([.. Enumerable.Range(0, FindSecret.Size).Select(i => (byte)i)]);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("contactable", () => new FuzzTarget("contactable", [.. Contents().Select(Written)], Content, Longest: 1000)),
        ("find record", Record),
        ("knock", Knock),
    ];

    private static IEnumerable<Contactable> Contents() =>
        [new(["192.0.2.1:7300", "[2001:db8::1]:7300", "node.example:443"]), new([]), new([.. Enumerable.Range(1, 16).Select(i => $"192.0.2.{i}:{i}")])];

    private static byte[] Written(Contactable content)
    {
        var bytes = new byte[664];
        ContactableFormat.Write(content, 1_790_000_000_000, bytes);
        return bytes;
    }

    private static bool Content(byte[] input)
    {
        if (!ContactableFormat.TryRead(input, out var content, out var madeAt))
            return false;
        Assert.True(content.Addresses.Count <= ContactableFormat.MaxAddresses && madeAt >= 0);
        Assert.All(content.Addresses, address => Assert.InRange(address.Length, 1, ContactableFormat.MaxAddressSize));
        return true;
    }

    // The item's own signature is the DHT's to check; here it is always good, as a contact's would be.
    private static FuzzTarget Record()
    {
        var maker = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var keys = PeriodKeys.Derive(Secret, 82_870);
        var honest = Contents().Select(content => FindRecord.Seal(keys, 7, content, 6, maker, SystemRandom.Instance).Value.ToArray());
        return new FuzzTarget("find record", [.. honest], input =>
        {
            if (!DhtItem.IsValue(input))
                return false;
            var item = DhtItem.Sign(keys.ItemKey, keys.Salt.Span, 7, input);
            return FindRecord.TryOpen(keys, item, maker.PublicKey, out _);
        }, Longest: 1200, Cost: 2);
    }

    private static FuzzTarget Knock()
    {
        var maker = Ed25519PrivateKey.Generate(SystemRandom.Instance);
        var key = KnockMessage.DeriveKey(Secret);
        byte[] Honest(Contactable content)
        {
            byte[] packet = new byte[KnockMessage.SealedSize], datagram = new byte[KnockMessage.Size];
            KnockMessage.Seal(key, new Publication(Secret, maker, content), 5, SystemRandom.Instance, packet);
            KnockMessage.Write(packet, 3, datagram);
            return datagram;
        }

        return new FuzzTarget("knock", [.. Contents().Select(Honest)],
            input => KnockMessage.TryRead(input, out var packet, out _) && KnockMessage.TryOpen(key, maker.PublicKey, packet, out _, out _), Longest: 1500);
    }
}
