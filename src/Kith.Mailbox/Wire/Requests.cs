using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Wire;

/// <summary>What a client asks of a holder.</summary>
public abstract record MailboxRequest;

/// <summary>Asks what the holder offers.</summary>
public sealed record HelloRequest : MailboxRequest;

/// <summary>Puts chunks into a box.</summary>
/// <param name="Box">The box.</param>
/// <param name="WorkNonce">The work for <see cref="Challenge"/>; 0 where the holder wants none.</param>
/// <param name="Items">At most <see cref="WireLimits.MaxPut"/>, in all at most <see cref="WireLimits.MaxPutBytes"/>.</param>
public sealed record PutRequest(PublicBox Box, ulong WorkNonce, IReadOnlyList<PutItem> Items) : MailboxRequest
{
    /// <summary>The holder's challenge that the work is for, <see cref="WireLimits.ChallengeSize"/> bytes; empty, on the wire zeroes, where it wants none.</summary>
    public ReadOnlyMemory<byte> Challenge { get; init; }
}

/// <summary>An entry with its chunk.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Chunk">As many bytes as the entry says.</param>
public readonly record struct PutItem(BoxEntry Entry, ReadOnlyMemory<byte> Chunk)
{
    /// <summary>Bytes on the wire.</summary>
    public int WireSize => BoxEntry.WireSize + Chunk.Length;
}

/// <summary>Lists a box, or fetches from it.</summary>
/// <param name="Box">The box.</param>
/// <param name="Flags">With chunks, and whether news are told.</param>
/// <param name="After">Lists what has a higher place.</param>
/// <param name="MostBytes">Bytes of chunks in the answer at most.</param>
/// <param name="Hashes">What to fetch, at most <see cref="WireLimits.MaxRead"/>; none lists.</param>
public sealed record ReadRequest(PublicBox Box, ReadFlags Flags, long After, int MostBytes, IReadOnlyList<ChunkHash> Hashes) : MailboxRequest
{
    /// <summary>On the asking side: the box's read key, which signs when the request is written.</summary>
    public Ed25519PrivateKey? Key { get; init; }

    /// <summary>On the asked side: the body up to the signature.</summary>
    public ReadOnlyMemory<byte> Signed { get; init; }

    /// <summary>On the asked side: the signature.</summary>
    public ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>On the asked side: whether the box's reader signed it for this session.</summary>
    public bool IsSignedFor(ReadOnlySpan<byte> handshakeHash) => EntryRules.IsRead(Box, handshakeHash, Signed.Span, Signature.Span);
}

/// <summary>What a READ wants besides.</summary>
[Flags]
public enum ReadFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The chunks too.</summary>
    WithChunks = 1,

    /// <summary>Further ENTRIES as entries come in, until the stream ends.</summary>
    News = 2,
}

/// <summary>Deletes from a box.</summary>
/// <param name="Box">The box.</param>
/// <param name="Items">At most <see cref="WireLimits.MaxDelete"/>.</param>
public sealed record DeleteRequest(PublicBox Box, IReadOnlyList<DeleteItem> Items) : MailboxRequest;

/// <summary>A chunk that is wanted no more.</summary>
/// <param name="Hash">The chunk.</param>
/// <param name="Signature">The read key's, 64 bytes.</param>
public readonly record struct DeleteItem(ChunkHash Hash, ReadOnlyMemory<byte> Signature);

/// <summary>Asks for proofs that chunks are kept.</summary>
/// <param name="Address">The box.</param>
/// <param name="Nonce">Random, <see cref="ChunkAudit.NonceSize"/> bytes.</param>
/// <param name="Hashes">At most <see cref="WireLimits.MaxAudit"/>.</param>
public sealed record AuditRequest(BoxAddress Address, ReadOnlyMemory<byte> Nonce, IReadOnlyList<ChunkHash> Hashes) : MailboxRequest;

/// <summary>Asks to pass a sealed request on to another holder.</summary>
/// <param name="Holder">The other holder.</param>
/// <param name="Sealed">What only it can open; on the asking side empty where <see cref="Seal"/> makes it.</param>
public sealed record PassRequest(Endpoint Holder, ReadOnlyMemory<byte> Sealed) : MailboxRequest
{
    /// <summary>Whether answers are passed back until <see cref="EndRequest"/>, rather than one.</summary>
    public bool HasNews { get; init; }

    /// <summary>On the asking side: seals the request when it is written.</summary>
    public Func<ReadOnlyMemory<byte>>? Seal { get; init; }
}

/// <summary>A sealed request, of somebody who passes it on or seems to.</summary>
/// <param name="Sealed">What only whoever is asked can open; on the asking side empty where <see cref="Seal"/> makes it.</param>
public sealed record SealedRequest(ReadOnlyMemory<byte> Sealed) : MailboxRequest
{
    /// <summary>On the asking side: seals the request when it is written.</summary>
    public Func<ReadOnlyMemory<byte>>? Seal { get; init; }
}

/// <summary>Asks which holders there are in a part of the network, of whoever passes on.</summary>
/// <param name="Depth">So many bits of their places are given, an even number, <see cref="Directory.RoomKey.MaxDepth"/> at most.</param>
/// <param name="Prefix">These, the rest zero.</param>
public sealed record FindRequest(int Depth, uint Prefix) : MailboxRequest;

/// <summary>Nothing more is wanted of a <see cref="PassRequest"/> or <see cref="SealedRequest"/>; never answered. Its number is that of what ends.</summary>
/// <param name="Number">On the asking side: the number.</param>
public sealed record EndRequest(ulong Number) : MailboxRequest;
