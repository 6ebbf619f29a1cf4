using System.Security.Cryptography;
using Kith.Crypto.Native;

namespace Kith.Crypto.Tests;

public sealed unsafe class Sha256FallbackTests
{
    // Where OpenSSL is missing, prepared keys hash by these; here OpenSSL is chosen, so they are called by hand.
    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(420)]
    public void Libsodium_InTwoSteps_FitsTheStateAndGivesTheHash(int length)
    {
        var data = new byte[length];
        new SeededRandom(9).Fill(data);
        var state = stackalloc byte[Sha256Stream.StateSize];
        var copy = stackalloc byte[Sha256Stream.StateSize];
        var hash = new byte[32];
        fixed (byte* input = data, output = hash)
        {
            Assert.Equal(0, Sodium.Sha256Init(state));
            Assert.Equal(0, Sodium.Sha256Update(state, input, (ulong)(length / 2)));
            new ReadOnlySpan<byte>(state, Sha256Stream.StateSize).CopyTo(new Span<byte>(copy, Sha256Stream.StateSize));
            Assert.Equal(0, Sodium.Sha256Update(copy, input + (length / 2), (ulong)(length - (length / 2))));
            Assert.Equal(0, Sodium.Sha256Final(copy, output));
        }

        Assert.Equal(SHA256.HashData(data), hash);
    }
}
