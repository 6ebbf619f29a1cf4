using System.Buffers.Binary;
using Kith.Crypto.Noise;

namespace Kith.Transport.Sessions;

/// <summary>
/// One direction's records: two bytes of length, big-endian, then the frames encrypted as one Noise transport message (Noise section 5.1, empty
/// associated data), and a new key every <see cref="SessionLimits.RekeyInterval"/> records (Noise section 11.3).
/// </summary>
internal sealed class RecordProtection(CipherState cipher, ulong rekeyInterval = SessionLimits.RekeyInterval) : IDisposable
{
    /// <summary>The longest record with its prefix, bytes.</summary>
    public const int MaxRecord = SessionLimits.RecordPrefixSize + SessionLimits.MaxRecordCiphertext;

    /// <summary>Writes a record; returns its size. The destination takes at least the plaintext and 18 bytes.</summary>
    public int Seal(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var size = cipher.EncryptWithAd(default, plaintext, destination[SessionLimits.RecordPrefixSize..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)size);
        RekeyIfDue();
        return SessionLimits.RecordPrefixSize + size;
    }

    /// <summary>
    /// The size of the record at the start of the bytes, prefix included; 0 while it is not known. False when no record has such a length: one
    /// without a single byte of frames, or one over the limit.
    /// </summary>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out int size)
    {
        size = 0;
        if (bytes.Length < SessionLimits.RecordPrefixSize)
            return true;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        size = SessionLimits.RecordPrefixSize + length;
        return length is > SessionLimits.RecordTagSize and <= SessionLimits.MaxRecordCiphertext;
    }

    /// <summary>Opens a whole record, prefix included; false when it is not authentic.</summary>
    public bool TryOpen(ReadOnlySpan<byte> record, Span<byte> plaintext, out int written)
    {
        if (!cipher.TryDecryptWithAd(default, record[SessionLimits.RecordPrefixSize..], plaintext, out written))
            return false;
        RekeyIfDue();
        return true;
    }

    public void Dispose() => cipher.Dispose();

    private void RekeyIfDue()
    {
        if (cipher.Nonce % rekeyInterval == 0)
            cipher.Rekey();
    }
}
