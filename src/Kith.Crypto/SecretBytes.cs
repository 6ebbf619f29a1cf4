using System.Security.Cryptography;

namespace Kith.Crypto;

/// <summary>
/// Secret bytes in memory that the garbage collector neither moves nor copies, zeroed when disposed.
/// Dispose it: an abandoned one is zeroed only some collections later. Never printed.
/// </summary>
public sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _abandoned;
    private bool _disposed;

    /// <summary><paramref name="length"/> zero bytes, to be filled through <see cref="Create"/>.</summary>
    private SecretBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>A copy of <paramref name="value"/>; clearing the original stays the caller's duty.</summary>
    public SecretBytes(ReadOnlySpan<byte> value)
        : this(value.Length) => value.CopyTo(_bytes);

    /// <summary>
    /// A secret is abandoned only when nothing refers to it, yet a span taken from it may still be in use. So the first
    /// finalization only asks for another: the bytes go away a collection later, when such a short use is over.
    /// </summary>
#pragma warning disable MA0055 // a leaked secret must not stay in memory
    ~SecretBytes()
#pragma warning restore MA0055
    {
        if (!_abandoned)
        {
            _abandoned = true;
            GC.ReRegisterForFinalize(this);
            return;
        }
        CryptographicOperations.ZeroMemory(_bytes);
    }

    /// <summary>Fills <paramref name="destination"/> with the secret.</summary>
    public delegate void Filler<in TState>(Span<byte> destination, TState state)
        where TState : allows ref struct;

    /// <summary>Makes a secret of <paramref name="length"/> bytes that never lived anywhere else.</summary>
    public static SecretBytes Create<TState>(int length, TState state, Filler<TState> fill)
        where TState : allows ref struct
    {
        var secret = new SecretBytes(length);
        fill(secret._bytes, state);
        return secret;
    }

    /// <summary>A fresh random secret.</summary>
    public static SecretBytes Generate(IRandom random, int length)
    {
        var secret = new SecretBytes(length);
        random.Fill(secret._bytes);
        return secret;
    }

    /// <summary>The number of bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The secret. Do not keep the span longer than the object.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }

    /// <summary>Always "secret".</summary>
    public override string ToString() => "secret";
}
