using System.Buffers.Binary;
using Kith.Crypto;

namespace Kith.Overlay.Rendezvous;

/// <summary>
/// When a secret's keys change: every <see cref="PeriodLength"/>, at an offset of the secret's own, so that no two contacts of one node change together
/// (docs/protocol/rendezvous.md, "Periods"). Times are unix milliseconds by one's own clock.
/// </summary>
public readonly struct FindSchedule
{
    /// <summary>Six hours (specification).</summary>
    public const long PeriodLength = 6 * 60 * 60 * 1000L;

    private readonly long _offset;

    /// <summary>Derives the offset.</summary>
    public FindSchedule(FindSecret secret)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Hkdf.DeriveKey(secret.Bytes, [], Label, bytes);
        _offset = (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) % (ulong)PeriodLength);
    }

    private static ReadOnlySpan<byte> Label => "kith-find-offset-v1\0"u8;

    /// <summary>The number of the period that holds a time.</summary>
    public long IndexAt(long time) => Math.Max(0, time + _offset) / PeriodLength;

    /// <summary>When a period begins.</summary>
    public long StartOf(long index) => (index * PeriodLength) - _offset;
}
