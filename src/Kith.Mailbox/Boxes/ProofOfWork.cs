using System.Buffers.Binary;
using System.Numerics;
using Kith.Crypto;

namespace Kith.Mailbox.Boxes;

/// <summary>
/// Work that is dear to do and cheap to check: the 8-byte number that makes SHA-256(context ‖ number) begin with some zero bits. Made in slices, so that whoever waits for it can do other
/// things between them.
/// </summary>
public sealed class ProofOfWork
{
    private readonly byte[] _input;
    private readonly int _bits;
    private ulong _next;

    private ProofOfWork(ReadOnlySpan<byte> context, int bits)
    {
        _input = new byte[context.Length + sizeof(ulong)];
        context.CopyTo(_input);
        _bits = bits;
    }

    private static ReadOnlySpan<byte> EntryLabel => "kith-box-work-v1\0"u8;

    private static ReadOnlySpan<byte> LoadLabel => "kith-box-load-v1\0"u8;

    /// <summary>Starts on the work of an entry: its box's price.</summary>
    public static ProofOfWork OfEntry(PublicBox box, ChunkHash hash)
    {
        Span<byte> context = stackalloc byte[EntryContextSize];
        WriteEntryContext(box, hash, context);
        return new ProofOfWork(context, box.Price);
    }

    /// <summary>Starts on the work that a holder under load wants.</summary>
    /// <param name="challenge">The holder's, 16 bytes.</param>
    /// <param name="bits">Leading zero bits.</param>
    public static ProofOfWork OfLoad(ReadOnlySpan<byte> challenge, int bits) => new([.. LoadLabel, .. challenge], bits);

    /// <summary>Whether an entry's work holds; where the price is 0 it is 0.</summary>
    public static bool HoldsForEntry(PublicBox box, ChunkHash hash, ulong work)
    {
        if (box.Price == 0)
            return work == 0;
        Span<byte> input = stackalloc byte[EntryContextSize + sizeof(ulong)];
        WriteEntryContext(box, hash, input);
        return Holds(input, work, box.Price);
    }

    /// <summary>Whether the work for a challenge holds.</summary>
    public static bool HoldsForLoad(ReadOnlySpan<byte> challenge, int bits, ulong work)
    {
        if (bits <= 0)
            return true;
        Span<byte> input = [.. LoadLabel, .. challenge, 0, 0, 0, 0, 0, 0, 0, 0];
        return Holds(input, work, bits);
    }

    /// <summary>Tries some numbers more; true when one holds.</summary>
    /// <param name="tries">How many at most; a hundred thousand are some 20 ms.</param>
    /// <param name="work">The number; 0 where no work is wanted.</param>
    public bool TryFinish(int tries, out ulong work)
    {
        work = 0;
        if (_bits == 0)
            return true;
        for (var left = tries; left > 0; left--)
        {
            if (Holds(_input, _next, _bits))
            {
                work = _next;
                return true;
            }

            _next++;
        }

        return false;
    }

    private static int EntryContextSize => EntryLabel.Length + BoxAddress.Size + ChunkHash.Size;

    private static void WriteEntryContext(PublicBox box, ChunkHash hash, Span<byte> context)
    {
        EntryLabel.CopyTo(context);
        box.Address.CopyTo(context[EntryLabel.Length..]);
        hash.CopyTo(context[(EntryLabel.Length + BoxAddress.Size)..]);
    }

    private static bool Holds(Span<byte> input, ulong work, int bits)
    {
        BinaryPrimitives.WriteUInt64BigEndian(input[^sizeof(ulong)..], work);
        Span<byte> hash = stackalloc byte[Sha256.HashSize];
        Sha256.Hash(input, hash);
        var zeroes = BitOperations.LeadingZeroCount(BinaryPrimitives.ReadUInt64BigEndian(hash));
        return zeroes >= bits;
    }
}
