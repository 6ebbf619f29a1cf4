using System.Buffers.Binary;
using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Tests.Accounts;

/// <summary>The same bytes for the same seed: SHA-256 of seed and counter.</summary>
internal sealed class CountingRandom(int seed) : IRandom
{
    private long _counter;

    public void Fill(Span<byte> destination)
    {
        Span<byte> input = stackalloc byte[12];
        Span<byte> block = stackalloc byte[32];
        while (!destination.IsEmpty)
        {
            BinaryPrimitives.WriteInt32BigEndian(input, seed);
            BinaryPrimitives.WriteInt64BigEndian(input[4..], _counter++);
            SHA256.HashData(input, block);
            var size = Math.Min(destination.Length, block.Length);
            block[..size].CopyTo(destination);
            destination = destination[size..];
        }
    }
}
