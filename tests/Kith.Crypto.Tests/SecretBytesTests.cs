using System.Globalization;
using Kith.Crypto.Native;

namespace Kith.Crypto.Tests;

public sealed class SecretBytesTests
{
    [Fact]
    public void Secret_IsNotPrinted()
    {
        using var secret = new SecretBytes("hunter2"u8);
        Assert.Equal("secret", secret.ToString());
        Assert.Equal("secret", string.Create(CultureInfo.InvariantCulture, $"{secret}"));
        Assert.True("hunter2"u8.SequenceEqual(secret.Value));
    }

    [Fact]
    public void Dispose_ZeroesAndRefusesAccess()
    {
        var secret = new SecretBytes("hunter2"u8);
        var value = secret.Value;
        secret.Dispose();
        Assert.True(ConstantTime.IsZero(value));
        Assert.Throws<ObjectDisposedException>(() => secret.Value.Length);
        secret.Dispose();
    }

    [Fact]
    public void NextInt32_StaysInRangeAndReachesAll()
    {
        var random = new SeededRandom(1);
        var seen = new int[7];
        for (var i = 0; i < 7000; i++)
            seen[random.NextInt32(7)]++;
        Assert.All(seen, n => Assert.InRange(n, 800, 1200));
        Assert.Equal(0, random.NextInt32(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt32(0));
        for (var i = 0; i < 1000; i++)
            Assert.InRange(random.NextInt64(-5, long.MaxValue), -5, long.MaxValue - 1);
        Assert.Equal(3, random.NextInt64(3, 4));
    }

    [Fact]
    public void ConstantTimeEquals_TellsApart()
    {
        Assert.True(ConstantTime.Equals("ab"u8, "ab"u8));
        Assert.False(ConstantTime.Equals("ab"u8, "ac"u8));
        Assert.False(ConstantTime.Equals("ab"u8, "abc"u8));
    }

    [Fact]
    public void MissingLibrary_SaysWhatToInstall()
    {
        var error = Assert.Throws<DllNotFoundException>(() => SodiumLibrary.Load(["no-such-sodium"], typeof(SecretBytes).Assembly, null));
        Assert.Contains("apt-get install libsodium23", error.Message, StringComparison.Ordinal);
    }
}
