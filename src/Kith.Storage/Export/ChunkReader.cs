using System.Security.Cryptography;

namespace Kith.Storage.Export;

/// <summary>Reads and opens chunks. A chunk is the last one when nothing follows it; only then does its mark fit.</summary>
internal sealed class ChunkReader(Stream source, ChunkCipher cipher) : IDisposable
{
    private readonly byte[] _sealed = new byte[ChunkCipher.SealedChunkSize + 1]; // with the first byte of the next chunk
    private readonly byte[] _chunk = new byte[ChunkCipher.ChunkSize];
    private int _carried;
    private int _at;
    private int _filled;
    private bool _last;

    /// <summary>Whether everything was read and the last chunk was marked so. False also when that cannot be told for damage.</summary>
    public bool IsAtEnd => _at == _filled && (_last || (TryFill() && _last && _filled == 0));

    /// <summary>Fills all of <paramref name="destination"/>; false when the export is damaged or ends before.</summary>
    public bool TryRead(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            if (_at == _filled && (_last || !TryFill()))
                return false;
            var count = Math.Min(destination.Length, _filled - _at);
            _chunk.AsSpan(_at, count).CopyTo(destination);
            _at += count;
            destination = destination[count..];
            if (count == 0)
                return false; // an empty chunk is never followed by anything
        }
        return true;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_chunk);

    private bool TryFill()
    {
        var count = _carried + source.ReadAtLeast(_sealed.AsSpan(_carried), _sealed.Length - _carried, throwOnEndOfStream: false);
        var last = count < _sealed.Length;
        var size = last ? count : count - 1;
        _at = 0;
        if (!cipher.TryOpen(_sealed.AsSpan(0, size), last, _chunk, out _filled))
        {
            _filled = 0;
            return false;
        }
        _last = last;
        _carried = last ? 0 : 1;
        _sealed[0] = _sealed[^1];
        return true;
    }
}
