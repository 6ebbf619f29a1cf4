using Kith.Crypto;
using Kith.Storage.Keys;

namespace Kith.Storage.Tests.Files;

public sealed class VaultKeyFileTests
{
    private static readonly SecretBytes Key = SecretBytes.Generate(SystemRandom.Instance, 32);

    [Theory]
    [InlineData(null)]
    [InlineData("passphrase")]
    public void Encoded_GivesTheKey(string? passphrase)
    {
        Assert.True(VaultKeyFile.TryRead(VaultKeyFile.Encode(Key, passphrase, SystemRandom.Instance), out var file));
        using var key = file!.Open(passphrase);
        Assert.Equal(Key.Value, key.Value);
    }

    [Fact]
    public void AnyByteChangedOrCut_IsRefused()
    {
        var bytes = VaultKeyFile.Encode(Key, "x", SystemRandom.Instance);
        for (var i = 0; i < bytes.Length; i++)
        {
            var altered = bytes.ToArray();
            altered[i] ^= 0x40;
            Assert.False(VaultKeyFile.TryRead(altered, out _));
            Assert.False(VaultKeyFile.TryRead(bytes.AsSpan(0, i), out _));
        }
        Assert.False(VaultKeyFile.TryRead([.. bytes, 0], out _));
    }

    [Theory]
    [InlineData(3u, 64u << 10, true)]
    [InlineData(3u, 256u << 10, true)]
    [InlineData(3u, (256u << 10) + 1, false)]
    [InlineData(3u, uint.MaxValue, false)]
    [InlineData(17u, 64u << 10, false)]
    [InlineData(0u, 64u << 10, false)]
    [InlineData(3u, 0u, false)]
    public void ParametersOverTheLimits_AreRefusedBeforeAnyMemoryIsTaken(uint operations, uint kibibytes, bool ok)
    {
        var bytes = VaultKeyFile.Encode(Key, "x", SystemRandom.Instance);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), operations);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(13), kibibytes);
        Seal(bytes);
        Assert.Equal(ok, VaultKeyFile.TryRead(bytes, out _));
    }

    private static void Seal(byte[] bytes) => Blake2b.Hash(bytes.AsSpan(0, bytes.Length - 16), bytes.AsSpan(bytes.Length - 16));
}
