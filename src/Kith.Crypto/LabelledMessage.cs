using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Kith.Crypto;

/// <summary>
/// What a signature is for, signed with it: the signed bytes are label ‖ 0x00 ‖ message, so a signature made for one
/// purpose never verifies for another. The labels in use are listed in docs/protocol/crypto.md.
/// </summary>
internal readonly ref struct LabelledMessage
{
    /// <summary>Longest label, in bytes.</summary>
    public const int MaxLabelSize = 64;

    /// <summary>What a caller gives on the stack; longer messages go to the pool.</summary>
    public const int StackSize = 1024;

    private readonly byte[]? _rented;
    private readonly Span<byte> _bytes;

    public LabelledMessage(string label, ReadOnlySpan<byte> message, Span<byte> stack)
    {
        ThrowUnlessLabel(label);
        var size = label.Length + 1 + message.Length;
        if (size > stack.Length)
            _rented = ArrayPool<byte>.Shared.Rent(size);
        _bytes = (_rented ?? stack)[..size];
        Encoding.ASCII.GetBytes(label, _bytes);
        _bytes[label.Length] = 0;
        message.CopyTo(_bytes[(label.Length + 1)..]);
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Erases the copy: what is signed may be private though it is not a key.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }

    private static void ThrowUnlessLabel(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        var ok = label.Length is > 0 and <= MaxLabelSize;
        foreach (var c in label)
            ok &= c is >= '\x21' and <= '\x7e';
        if (!ok)
            throw new ArgumentException($"a label has 1 to {MaxLabelSize} visible ASCII characters", nameof(label));
    }
}
