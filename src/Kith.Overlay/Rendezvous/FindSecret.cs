using Kith.Crypto;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// What lets one person find another: 32 bytes that the two share, one secret for each direction. Equal by content.
/// </summary>
public sealed class FindSecret : IEquatable<FindSecret>
{
    /// <summary>Bytes in the secret.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes;

    /// <summary>Takes a copy of the secret.</summary>
    /// <exception cref="ArgumentException">It has not <see cref="Size"/> bytes.</exception>
    public FindSecret(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"a find secret has {Size} bytes", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The secret.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public bool Equals(FindSecret? other) => other is not null && ConstantTime.Equals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FindSecret);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(FindSecret);
}
