using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Transport;

namespace Kith.Forwarding.Sphinx;

/// <summary>Makes packets and reply blocks for paths that the sender drew (docs/protocol/forwarding.md). For any thread.</summary>
/// <param name="random">Each packet's key and padding.</param>
public sealed class SphinxBuilder(IRandom random)
{
    /// <summary>A packet whose body the last node of the path reads. False when a key of the path has small order: nothing else can be wrong with one.</summary>
    /// <param name="path">1 to <see cref="SphinxFormat.MaxHops"/> nodes; the packet is sent to the first.</param>
    /// <param name="body">At most <see cref="SphinxFormat.BodySize"/> bytes; zeroes fill it up.</param>
    /// <param name="packet">Exactly <see cref="SphinxFormat.PacketSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A size or the path's length is wrong.</exception>
    public bool TryBuildMessage(ReadOnlySpan<PathHop> path, ReadOnlySpan<byte> body, Span<byte> packet)
    {
        var payload = TakePayload(packet);
        SphinxPayload.WriteBody(body, payload);
        return TryBuild(path, HopCommand.Message, [], packet);
    }

    /// <summary>A packet whose body whoever has a handle at the last node of the path reads, and that node does not.</summary>
    /// <param name="path">1 to <see cref="SphinxFormat.MaxHops"/> nodes; the last is where the handle is.</param>
    /// <param name="handle">The handle there.</param>
    /// <param name="meetingKey">The secret that came with the handle, <see cref="MeetingSeal.KeySize"/> bytes.</param>
    /// <param name="body">At most <see cref="SphinxFormat.BodySize"/> bytes; zeroes fill it up.</param>
    /// <param name="packet">Exactly <see cref="SphinxFormat.PacketSize"/> bytes.</param>
    /// <exception cref="ArgumentException">A size or the path's length is wrong.</exception>
    public bool TryBuildMeeting(ReadOnlySpan<PathHop> path, NodeHandle handle, ReadOnlySpan<byte> meetingKey, ReadOnlySpan<byte> body, Span<byte> packet)
    {
        var payload = TakePayload(packet);
        MeetingSeal.Seal(meetingKey, body, random, payload);
        Span<byte> place = stackalloc byte[NodeHandle.Size];
        handle.CopyTo(place);
        return TryBuild(path, HopCommand.Meet, place, packet);
    }

    /// <summary>A reply block that leads back to its maker, and what opens what comes by it. False when a key of the path has small order.</summary>
    /// <param name="path">1 to <see cref="SphinxFormat.MaxHops"/> nodes; the last is the maker.</param>
    /// <param name="block">For whoever is to reply.</param>
    /// <param name="keys">For the maker's <see cref="ReplyBook{T}"/>.</param>
    /// <exception cref="ArgumentException">The path's length is wrong.</exception>
    public bool TryCreateReplyBlock(ReadOnlySpan<PathHop> path, out ReplyBlock? block, out ReplyKeys? keys)
    {
        (block, keys) = (null, null);
        if (path.Length is 0 or > SphinxFormat.MaxHops)
            throw new ArgumentException($"a path has 1 to {SphinxFormat.MaxHops} nodes, not {path.Length}", nameof(path));
        Span<byte> made = stackalloc byte[ReplyBlock.SizeFor(path.Length)];
        var seed = made[^ReplyBlock.SeedSize..];
        random.Fill(seed);
        Span<byte> own = stackalloc byte[HopKeys.Size];
        HopKeys.DeriveReply(seed, own);
        // The routing's end comes of the seed, so that it need not travel; the name of the block is what the maker will find in the last layer then.
        Span<byte> header = stackalloc byte[SphinxFormat.HeaderSize];
        var tail = header[ReplyBlock.HeaderPart(made.Length)..];
        tail.Clear();
        HopKeys.ApplyStream(own[HopKeys.KeySize..], tail);
        Span<byte> ending = stackalloc byte[tail.Length];
        tail.CopyTo(ending);
        Span<byte> place = stackalloc byte[ReplyId.Size];
        Span<byte> payloadKeys = stackalloc byte[SphinxFormat.MaxHops * HopKeys.KeySize];
        if (!SphinxHeader.TryWrite(random, path, HopCommand.Reply, place, ending, header, payloadKeys))
            return false;
        path[0].Address.CopyTo(made);
        header[..ReplyBlock.HeaderPart(made.Length)].CopyTo(made[ReplyBlock.HeaderAt..]);
        // The last node is the maker, who leaves the payload as it came.
        keys = new ReplyKeys(ReplyId.Read(place), own[..HopKeys.KeySize], payloadKeys[..((path.Length - 1) * HopKeys.KeySize)]);
        block = ReplyBlock.FromBytes(made);
        CryptographicOperations.ZeroMemory(own);
        CryptographicOperations.ZeroMemory(payloadKeys);
        return true;
    }

    private bool TryBuild(ReadOnlySpan<PathHop> path, HopCommand end, Span<byte> endPlace, Span<byte> packet)
    {
        Span<byte> payloadKeys = stackalloc byte[SphinxFormat.MaxHops * HopKeys.KeySize];
        packet[0] = SphinxFormat.Version;
        if (!SphinxHeader.TryWrite(random, path, end, endPlace, [], packet.Slice(SphinxFormat.HeaderAt, SphinxFormat.HeaderSize), payloadKeys))
        {
            packet.Clear();
            return false;
        }

        for (var i = path.Length - 1; i >= 0; i--)
            Lioness.Encrypt(payloadKeys.Slice(i * HopKeys.KeySize, HopKeys.KeySize), packet[SphinxFormat.PayloadAt..]);
        CryptographicOperations.ZeroMemory(payloadKeys);
        return true;
    }

    private static Span<byte> TakePayload(Span<byte> packet)
    {
        if (packet.Length != SphinxFormat.PacketSize)
            throw new ArgumentException($"a packet has {SphinxFormat.PacketSize} bytes, not {packet.Length}", nameof(packet));
        return packet[SphinxFormat.PayloadAt..];
    }
}
