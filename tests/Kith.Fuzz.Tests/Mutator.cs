namespace Kith.Fuzz.Tests;

/// <summary>Makes hostile inputs out of honest ones: flips, cuts, repeats, splices, extreme numbers, and now and then plain noise. Deterministic by its seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus, int longest)
{
    private static readonly byte[][] Extremes =
    [
        [0x00], [0x7f], [0x80], [0xff], [0x3f, 0xff], [0xff, 0xff], [0x80, 0x00], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        if (corpus.Count == 0 || _random.Next(20) == 0)
            return Noise(_random.Next(0, Math.Min(longest, 600)));
        var input = (byte[])corpus[_random.Next(corpus.Count)].Clone();
        for (var steps = _random.Next(1, 5); steps > 0; steps--)
            input = Mutate(input);
        return input.Length <= longest ? input : input[..longest];
    }

    private byte[] Mutate(byte[] input)
    {
        if (input.Length == 0)
            return Noise(_random.Next(1, 64));
        var at = _random.Next(input.Length);
        switch (_random.Next(9))
        {
            case 0:
                input[at] ^= (byte)(1 << _random.Next(8));
                return input;
            case 1:
                input[at] = (byte)_random.Next(256);
                return input;
            case 2:
                return input[..at];
            case 3:
                return [.. input[..at], .. Noise(_random.Next(1, 32)), .. input[at..]];
            case 4:
                return [.. input, .. input[at..]];
            case 5:
                var extreme = Extremes[_random.Next(Extremes.Length)];
                return [.. input[..at], .. extreme, .. input[Math.Min(input.Length, at + extreme.Length)..]];
            case 6:
                var other = corpus[_random.Next(corpus.Count)];
                return [.. input[..at], .. other[_random.Next(other.Length + 1)..]];
            case 7:
                return [.. input[..at], .. input[Math.Min(input.Length, at + _random.Next(1, 16))..]];
            default:
                return [.. Enumerable.Repeat(input, _random.Next(2, 9)).SelectMany(bytes => bytes).Take(longest)];
        }
    }

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
