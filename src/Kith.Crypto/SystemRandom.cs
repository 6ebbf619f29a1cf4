using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>The operating system's cryptographically secure generator. Safe for use from several threads.</summary>
public sealed class SystemRandom : IRandom
{
    private SystemRandom()
    {
    }

    /// <summary>The one instance.</summary>
    public static SystemRandom Instance { get; } = new();

    /// <inheritdoc/>
    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
