using System.Security.Cryptography;

namespace Kith.Storage.Export;

/// <summary>Cuts what is written into chunks and seals them. A full chunk waits until there is more, since the last one is marked.</summary>
internal sealed class ChunkWriter(Stream destination, ChunkCipher cipher) : IDisposable
{
    private readonly byte[] _chunk = new byte[ChunkCipher.ChunkSize];
    private readonly byte[] _sealed = new byte[ChunkCipher.SealedChunkSize];
    private int _filled;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_filled == _chunk.Length)
                Flush(last: false);
            var count = Math.Min(bytes.Length, _chunk.Length - _filled);
            bytes[..count].CopyTo(_chunk.AsSpan(_filled));
            _filled += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Writes the last chunk: without it the export is not valid.</summary>
    public void Finish() => Flush(last: true);

    public void Dispose() => CryptographicOperations.ZeroMemory(_chunk);

    private void Flush(bool last)
    {
        var size = cipher.Seal(_chunk.AsSpan(0, _filled), last, _sealed);
        destination.Write(_sealed, 0, size);
        _filled = 0;
    }
}
