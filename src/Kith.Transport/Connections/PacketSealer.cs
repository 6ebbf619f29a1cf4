using Kith.Crypto;

namespace Kith.Transport.Connections;

/// <summary>Protects what one side sends: the payload under the current key with the number as nonce and the header as associated data, then the header.</summary>
internal sealed class PacketSealer(PacketSecrets secrets) : IDisposable
{
    /// <summary>The key phase bit of what is sealed now (RFC 9001 section 6).</summary>
    public bool Phase { get; private set; }

    /// <summary>How often the phase has turned.</summary>
    public long Generation { get; private set; }

    /// <summary>Packets sealed under the current key.</summary>
    public long Sealed { get; private set; }

    /// <summary>Seals a packet in place: header, plaintext, and room for the tag behind it. Returns its size.</summary>
    public int Seal(Span<byte> packet, int headerSize, int numberSize, long number, int plaintextSize)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305Aead.NonceSize];
        ChaCha20Poly1305Key.WriteNonce((ulong)number, nonce);
        var size = headerSize + plaintextSize + ConnectionLimits.TagSize;
        secrets.Key.Seal(nonce, packet[..headerSize], packet.Slice(headerSize, plaintextSize), packet[headerSize..size]);
        Sealed++;
        Span<byte> mask = stackalloc byte[ChaCha20HeaderMask.Size];
        ChaCha20HeaderMask.Compute(secrets.HeaderKey.Value, packet.Slice(ShortHeader.SampleAt, ChaCha20HeaderMask.SampleSize), mask);
        packet[0] ^= (byte)(mask[0] & ShortHeader.ProtectedBits);
        for (var i = 0; i < numberSize; i++)
            packet[ShortHeader.NumberAt + i] ^= mask[1 + i];
        return size;
    }

    /// <summary>Turns the phase.</summary>
    public void Update()
    {
        secrets.Update().Dispose();
        Phase = !Phase;
        Generation++;
        Sealed = 0;
    }

    public void Dispose() => secrets.Dispose();
}
