using Kith.Crypto;
using Kith.Forwarding.Directory;
using Kith.Forwarding.Keys;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Directory;

public sealed class ForwarderDescriptorTests : IDisposable
{
    private readonly SimulatedRandom _random = new(1);
    private readonly X25519PrivateKey _key;
    private readonly X25519PrivateKey _forwarding;

    public ForwarderDescriptorTests() => (_key, _forwarding) = (X25519PrivateKey.Generate(_random), X25519PrivateKey.Generate(_random));

    [Fact]
    public void Descriptor_RoundTrips()
    {
        _ = Ed25519PublicKey.TryParse(_random.NextBytes(32), out var service);
        Endpoint[] endpoints = [Forwarders.At(7), Endpoint.FromIPv6(0x2001_0db8_0000_0000, 1, 4711)];
        var made = ForwarderDescriptor.Sign(_key, Forwarders.Now, Keys(3), endpoints, new OnionPoint(service, 80), _random);

        Assert.True(ForwarderDescriptor.TryRead(made.Encoded, out var read));
        Assert.Equal(_key.PublicKey, read.Key);
        Assert.Equal(Keys(3), read.Keys);
        Assert.Equal(endpoints, read.Endpoints);
        Assert.Equal(new OnionPoint(service, 80), read.Onion);
        Assert.Equal(ForwarderDescriptor.MaxSize, made.Encoded.Length);
        Assert.True(read.IsCurrent(Forwarders.Now));
    }

    [Fact]
    public void Descriptor_AnyBitChanged_IsRefused()
    {
        var encoded = Make(1).Encoded.ToArray();
        for (var bit = 0; bit < encoded.Length * 8; bit++)
        {
            var altered = encoded.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ForwarderDescriptor.TryRead(altered, out _), $"bit {bit}");
        }
    }

    [Fact]
    public void Descriptor_TruncatedOrLonger_IsRefused()
    {
        var encoded = Make(2).Encoded.ToArray();
        for (var size = 0; size < encoded.Length; size++)
            Assert.False(ForwarderDescriptor.TryRead(encoded.AsSpan(0, size), out _));
        Assert.False(ForwarderDescriptor.TryRead([.. encoded, 0], out _));
        Assert.False(ForwarderDescriptor.TryRead(new byte[ForwarderDescriptor.MaxSize + 1], out _));
    }

    [Theory]
    [InlineData("no key")]
    [InlineData("too many keys")]
    [InlineData("epochs not rising")]
    [InlineData("key of small order")]
    [InlineData("no address")]
    [InlineData("two of one family")]
    [InlineData("port 0")]
    public void Descriptor_SignedThoughWrong_IsRefused(string what)
    {
        IReadOnlyList<PublicForwardingKey> keys = Keys(1);
        IReadOnlyList<Endpoint> endpoints = [Forwarders.At(7)];
        switch (what)
        {
            case "no key":
                keys = [];
                break;
            case "too many keys":
                keys = Keys(DirectoryLimits.MaxKeys + 1);
                break;
            case "epochs not rising":
                keys = [Keys(1)[0], Keys(1)[0]];
                break;
            case "key of small order":
                keys = [new PublicForwardingKey(1, default)];
                break;
            case "no address":
                endpoints = [];
                break;
            case "two of one family":
                endpoints = [Forwarders.At(7), Forwarders.At(8)];
                break;
            default:
                endpoints = [Forwarders.At(7).WithPort(0)];
                break;
        }

        Assert.Throws<ArgumentException>(() => ForwarderDescriptor.Sign(_key, Forwarders.Now, keys, endpoints, null, _random));
    }

    [Theory]
    [InlineData(DirectoryLimits.Lifetime + 1, false)]
    [InlineData(DirectoryLimits.Lifetime, true)]
    [InlineData(-DirectoryLimits.MaxAhead, true)]
    [InlineData(-DirectoryLimits.MaxAhead - 1, false)]
    public void Descriptor_IsCurrent_WithinItsTime(long age, bool expected) => Assert.Equal(expected, Make(1).IsCurrent(Forwarders.Now + age));

    public void Dispose()
    {
        _key.Dispose();
        _forwarding.Dispose();
    }

    private ForwarderDescriptor Make(int keys) => ForwarderDescriptor.Sign(_key, Forwarders.Now, Keys(keys), [Forwarders.At(7)], null, _random);

    private PublicForwardingKey[] Keys(int count) => [.. Enumerable.Range(Forwarders.Epoch, count).Select(epoch => new PublicForwardingKey(epoch, _forwarding.PublicKey))];
}
