using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Kith.Messaging.Signal;

/// <summary>32 secret bytes held inside the object that owns them, so that a step of the ratchet overwrites the key before it.</summary>
[InlineArray(Size)]
internal struct Key32
{
    public const int Size = 32;

    private byte _first;

    public static Key32 From(ReadOnlySpan<byte> bytes)
    {
        var key = default(Key32);
        bytes[..Size].CopyTo(key);
        return key;
    }

    public void Wipe() => CryptographicOperations.ZeroMemory(this);
}
