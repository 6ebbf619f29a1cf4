using Google.Protobuf;
using Kith.Wire;

namespace Kith.Messaging.Content;

/// <summary>Ids as protobuf holds them.</summary>
internal static class ProtoIds
{
    /// <summary>The id's 16 bytes.</summary>
    public static ByteString ToProto(this MessageId id) => UnsafeByteOperations.UnsafeWrap(id.ToArray());

    /// <summary>The id of 16 bytes that were checked, or that we wrote.</summary>
    public static MessageId ToMessageId(this ByteString bytes) => MessageId.FromBytes(bytes.Span);
}
