using Google.Protobuf;
using Kith.Messaging.Content;

namespace Kith.Messaging.Conversations;

/// <summary>What people may write, each refusal one sentence.</summary>
internal static class TextRules
{
    public static ByteString Check(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new MessengerException(MessengerError.Invalid, "A message needs some text.");
        if (text.Length > ContentLimits.MaxText)
            throw TooLong();
        if (!StrictUtf8.TryEncode(text, out var bytes))
            throw new MessengerException(MessengerError.Invalid, "The text holds half a character and cannot be sent.");
        return bytes.Length <= ContentLimits.MaxText ? bytes : throw TooLong();
    }

    /// <summary>The emoji's bytes; empty for null.</summary>
    public static ByteString CheckEmoji(string? emoji)
    {
        if (emoji is null)
            return ByteString.Empty;
        if (string.IsNullOrWhiteSpace(emoji) || emoji.Length > ContentLimits.MaxEmoji || emoji.Any(char.IsControl)
            || !StrictUtf8.TryEncode(emoji, out var bytes) || bytes.Length > ContentLimits.MaxEmoji)
            throw new MessengerException(MessengerError.Invalid, $"A reaction is one emoji of at most {ContentLimits.MaxEmoji} bytes.");
        return bytes;
    }

    private static MessengerException TooLong() =>
        new(MessengerError.TooLarge, $"The text is too long: at most {ContentLimits.MaxText / 1024} KiB can be sent in one message.");
}
