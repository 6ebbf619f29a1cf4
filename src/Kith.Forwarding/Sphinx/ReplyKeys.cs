using Kith.Crypto;

namespace Kith.Forwarding.Sphinx;

/// <summary>What its maker keeps of a reply block: the name it comes back under, and what undoes what the nodes of its path do to the payload.</summary>
public sealed class ReplyKeys : IDisposable
{
    private readonly SecretBytes _own;
    private readonly SecretBytes _path; // of each node but the last, in the order of the path

    internal ReplyKeys(ReplyId id, ReadOnlySpan<byte> own, ReadOnlySpan<byte> path)
    {
        Id = id;
        _own = new SecretBytes(own);
        _path = new SecretBytes(path);
    }

    /// <summary>The name in the last layer.</summary>
    public ReplyId Id { get; }

    /// <summary>Opens, in its place, the payload of a packet that came by the block: as whoever replied put it in. Noise where somebody altered it.</summary>
    /// <param name="payload"><see cref="SphinxFormat.PayloadSize"/> bytes.</param>
    public void Open(Span<byte> payload)
    {
        // Each node of the path decrypted: the last one's comes off first.
        for (var at = _path.Length - HopKeys.KeySize; at >= 0; at -= HopKeys.KeySize)
            Lioness.Encrypt(_path.Value.Slice(at, HopKeys.KeySize), payload);
        Lioness.Decrypt(_own.Value, payload);
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _own.Dispose();
        _path.Dispose();
    }
}
