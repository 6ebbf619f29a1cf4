using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>What writer and reader of a row of boxes share, for one direction: 32 bytes. Equal by content.</summary>
public sealed class BoxSecret : IEquatable<BoxSecret>
{
    /// <summary>Bytes in the secret.</summary>
    public const int Size = 32;

    private readonly byte[] _bytes;

    /// <summary>Takes a copy of the secret.</summary>
    /// <exception cref="ArgumentException">It has not <see cref="Size"/> bytes.</exception>
    public BoxSecret(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"a box secret has {Size} bytes", nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The secret.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public bool Equals(BoxSecret? other) => other is not null && ConstantTime.Equals(_bytes, other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BoxSecret);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(BoxSecret);
}
