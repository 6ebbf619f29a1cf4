namespace Kith.Crypto;

/// <summary>A source of random bytes. Keys need <see cref="SystemRandom"/>; simulations and tests bring a seeded one.</summary>
public interface IRandom
{
    /// <summary>Fills all of <paramref name="destination"/>.</summary>
    void Fill(Span<byte> destination);
}
