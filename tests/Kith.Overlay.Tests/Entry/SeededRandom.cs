using Kith.Crypto;

namespace Kith.Overlay.Tests.Entry;

/// <summary>The same bytes for the same seed.</summary>
internal sealed class SeededRandom(ulong seed) : IRandom
{
    private ulong _state = seed;

    // SplitMix64 (Steele, Lea, Flood 2014).
    public void Fill(Span<byte> destination)
    {
        foreach (ref var b in destination)
        {
            var z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            b = (byte)(z >> 24);
        }
    }
}
