using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Google.Protobuf;

namespace Kith.Messaging.Content;

/// <summary>UTF-8 that is well-formed, or not taken at all: what one side shows must be what the other wrote.</summary>
internal static class StrictUtf8
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a text; false when it holds half a surrogate pair.</summary>
    public static bool TryEncode(string text, [NotNullWhen(true)] out ByteString? bytes)
    {
        try
        {
            bytes = ByteString.CopyFrom(text, Encoding);
            return true;
        }
        catch (EncoderFallbackException)
        {
            bytes = null;
            return false;
        }
    }

    /// <summary>Whether the bytes are a text of at most <paramref name="max"/> bytes.</summary>
    public static bool IsText(ByteString bytes, int max) => bytes.Length <= max && Utf8.IsValid(bytes.Span);

    /// <summary>The text of bytes that were checked before.</summary>
    public static string Decode(ByteString bytes) => bytes.IsEmpty ? string.Empty : System.Text.Encoding.UTF8.GetString(bytes.Span);
}
