using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Kith.Crypto;
using Kith.Overlay.Dht;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// Where somebody is, as it stands on the DHT: a mutable item (BEP 44) whose value is a byte string of one size, sealed for those who have the find secret and signed
/// inside by its maker (docs/protocol/rendezvous.md, "Record").
/// </summary>
/// <param name="Content">Where they are; without addresses: nowhere for us, any more.</param>
/// <param name="MadeAt">When, by the maker's clock, unix milliseconds.</param>
/// <param name="Sequence">The item's sequence number: of two records of one maker the higher counts.</param>
public sealed record FindRecord(Contactable Content, long MadeAt, long Sequence)
{
    /// <summary>Bytes in every value, whatever it says (specification).</summary>
    public const int Size = 768;

    private const string Label = "kith-find-record-v1";

    /// <summary>Makes the item.</summary>
    /// <param name="keys">Of the period.</param>
    /// <param name="sequence">Higher than any before.</param>
    /// <param name="content">What to say; what does not fit is left out.</param>
    /// <param name="madeAt">Unix milliseconds.</param>
    /// <param name="signer">The maker's account key.</param>
    /// <param name="random">For the nonce.</param>
    public static DhtItem Seal(PeriodKeys keys, long sequence, Contactable content, long madeAt, Ed25519PrivateKey signer, IRandom random)
    {
        Span<byte> context = stackalloc byte[NodeId.Size + sizeof(long)];
        WriteContext(keys, sequence, context);
        Span<byte> value = stackalloc byte[Size];
        SealedContent.Seal(keys.SealingKey, context, Label, signer, content, madeAt, random, value);
        return DhtItem.Sign(keys.ItemKey, keys.Salt.Span, sequence, DhtItem.Encode(value));
    }

    /// <summary>Opens an item; false unless it is this period's, of the one size, sealed with the period's key and signed by <paramref name="maker"/> for this place and sequence.</summary>
    public static bool TryOpen(PeriodKeys keys, DhtItem item, Ed25519PublicKey maker, [NotNullWhen(true)] out FindRecord? record)
    {
        record = null;
        if (item.Target != keys.Target.Id || !item.TryReadBytes(out var value))
            return false;
        Span<byte> context = stackalloc byte[NodeId.Size + sizeof(long)];
        WriteContext(keys, item.Sequence, context);
        if (!SealedContent.TryOpen(keys.SealingKey, context, Label, maker, value, Size, out var content, out var madeAt))
            return false;
        record = new FindRecord(content, madeAt, item.Sequence);
        return true;
    }

    private static void WriteContext(PeriodKeys keys, long sequence, Span<byte> context)
    {
        keys.Target.Id.CopyTo(context);
        BinaryPrimitives.WriteInt64BigEndian(context[NodeId.Size..], sequence);
    }
}
