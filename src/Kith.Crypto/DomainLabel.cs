using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Kith.Crypto;

/// <summary>
/// What a signature is for, signed with it: the signed bytes are label ‖ 0x00 ‖ message, so a signature made for one
/// purpose never verifies for another. The labels in use are listed in docs/protocol/crypto.md.
/// </summary>
internal static class DomainLabel
{
    /// <summary>Longest label, in bytes.</summary>
    public const int MaxSize = 64;

    private const int StackLimit = 1024;

    public delegate TResult Use<TState, out TResult>(ReadOnlySpan<byte> labelled, TState state)
        where TState : allows ref struct;

    public static TResult Prefix<TState, TResult>(string label, ReadOnlySpan<byte> message, TState state, Use<TState, TResult> use)
        where TState : allows ref struct
    {
        ThrowUnlessLabel(label);
        var size = label.Length + 1 + message.Length;
        byte[]? rented = null;
        var buffer = size <= StackLimit ? stackalloc byte[StackLimit] : rented = ArrayPool<byte>.Shared.Rent(size);
        buffer = buffer[..size];
        try
        {
            Encoding.ASCII.GetBytes(label, buffer);
            buffer[label.Length] = 0;
            message.CopyTo(buffer[(label.Length + 1)..]);
            return use(buffer, state);
        }
        finally
        {
            // What is signed may be private though it is not a key.
            CryptographicOperations.ZeroMemory(buffer);
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void ThrowUnlessLabel(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (label.Length is 0 or > MaxSize || label.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e'))
            throw new ArgumentException($"a label has 1 to {MaxSize} visible ASCII characters", nameof(label));
    }
}
