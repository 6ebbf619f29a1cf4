namespace Kith.Crypto;

/// <summary>What one guess at a passphrase costs. Stored beside the salt, since it takes the same cost to derive the same key.</summary>
/// <param name="Operations">Passes over the memory (t of RFC 9106), 1 or more.</param>
/// <param name="MemoryBytes">Memory, in bytes, 8192 or more; whole kibibytes count.</param>
public sealed record Argon2idParameters(int Operations, long MemoryBytes)
{
    /// <summary>Fewest passes.</summary>
    public const int MinOperations = 1;

    /// <summary>Most passes, so that parameters read from a file cannot hang the program.</summary>
    public const int MaxOperations = 64;

    /// <summary>Least memory, in bytes.</summary>
    public const long MinMemoryBytes = 8192;

    /// <summary>Most memory, in bytes, so that parameters read from a file cannot exhaust the machine.</summary>
    public const long MaxMemoryBytes = 4L << 30;

    /// <summary>64 MiB, 2 passes: about a tenth of a second.</summary>
    public static Argon2idParameters Interactive { get; } = new(2, 64L << 20);

    /// <summary>256 MiB, 3 passes: about a second. What a vault's passphrase takes.</summary>
    public static Argon2idParameters Moderate { get; } = new(3, 256L << 20);

    /// <summary>1 GiB, 4 passes: several seconds. What an exported backup may take.</summary>
    public static Argon2idParameters Sensitive { get; } = new(4, 1L << 30);

    /// <summary>Whether both are within the limits: to be asked of parameters read from outside.</summary>
    public bool IsValid =>
        Operations is >= MinOperations and <= MaxOperations && MemoryBytes is >= MinMemoryBytes and <= MaxMemoryBytes;
}
