using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>What everybody who deals with a box knows of it: who may write, who may read and delete, and what an entry costs. Equal by address.</summary>
public sealed class PublicBox : IEquatable<PublicBox>
{
    /// <summary>Bytes of W ‖ R ‖ price.</summary>
    public const int Size = (2 * Ed25519PublicKey.Size) + 1;

    /// <summary>Most leading zero bits that an entry may cost (implementation): more is work of weeks.</summary>
    public const int MaxPrice = 40;

    private readonly byte[] _bytes = new byte[Size];

    /// <summary>The box of these keys and this price.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The price is negative or above <see cref="MaxPrice"/>.</exception>
    public PublicBox(Ed25519PublicKey write, Ed25519PublicKey read, int price)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(price);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(price, MaxPrice);
        (Write, Read, Price) = (write, read, price);
        write.CopyTo(_bytes);
        read.CopyTo(_bytes.AsSpan(Ed25519PublicKey.Size));
        _bytes[^1] = (byte)price;
        Span<byte> labelled = stackalloc byte[Label.Length + Size];
        Label.CopyTo(labelled);
        _bytes.CopyTo(labelled[Label.Length..]);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(labelled, hash);
        Address = BoxAddress.FromBytes(hash);
    }

    /// <summary>Whose signature puts.</summary>
    public Ed25519PublicKey Write { get; }

    /// <summary>Whose signature reads and deletes.</summary>
    public Ed25519PublicKey Read { get; }

    /// <summary>Leading zero bits of work that each entry costs.</summary>
    public int Price { get; }

    /// <summary>Where it is: SHA-256("kith-box-v1" ‖ 0x00 ‖ W ‖ R ‖ price).</summary>
    public BoxAddress Address { get; }

    /// <summary>W ‖ R ‖ price, <see cref="Size"/> bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    private static ReadOnlySpan<byte> Label => "kith-box-v1\0"u8;

    /// <summary>Reads W ‖ R ‖ price; false for another length or too high a price.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PublicBox? box)
    {
        box = null;
        if (bytes.Length != Size || bytes[^1] > MaxPrice
            || !Ed25519PublicKey.TryParse(bytes[..Ed25519PublicKey.Size], out var write)
            || !Ed25519PublicKey.TryParse(bytes.Slice(Ed25519PublicKey.Size, Ed25519PublicKey.Size), out var read))
            return false;
        box = new PublicBox(write, read, bytes[^1]);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(PublicBox? other) => other is not null && Address == other.Address;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicBox);

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode();

    /// <summary>The address in hexadecimal.</summary>
    public override string ToString() => Address.ToString();
}
