using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Finding;
using Kith.Messaging.Signal;
using Kith.Wire;

namespace Kith.Messaging.Content;

/// <summary>Reads contents that a peer sent: bounded, well-formed, or refused as a whole.</summary>
internal static class ContentReader
{
    /// <summary>Reads a content. An unknown kind is read with <see cref="ContentMessage.KindOneofCase.None"/>: to be acknowledged and ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ContentMessage? content)
    {
        content = null;
        if (bytes.Length > ContentLimits.MaxContent || !HasEachFieldOnce(bytes))
            return false;
        try
        {
            var read = ContentMessage.Parser.ParseFrom(bytes);
            if (!IsSound(read))
                return false;
            content = read;
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>The ids in a field whose entries were checked.</summary>
    public static MessageId[] Ids(IReadOnlyList<ByteString> field)
    {
        var ids = new MessageId[field.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = MessageId.FromBytes(field[i].Span);
        return ids;
    }

    // Protobuf merges a message that stands twice, and copies for it all that came before: a kind repeated ten thousand times would cost gigabytes.
    private static bool HasEachFieldOnce(ReadOnlySpan<byte> bytes)
    {
        const int Numbers = 64;
        var seen = 0UL;
        var reader = new ProtobufReader(bytes);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out var field, out var wireType) || !reader.TrySkip(wireType))
                return false;
            if (field >= Numbers)
                continue;
            if ((seen & (1UL << field)) != 0)
                return false;
            seen |= 1UL << field;
        }

        return true;
    }

    private static bool IsSound(ContentMessage content) => content.KindCase switch
    {
        ContentMessage.KindOneofCase.Text => IsSound(content.Text),
        ContentMessage.KindOneofCase.Edit => IsId(content.Edit.Target) && IsFilledText(content.Edit.Text),
        ContentMessage.KindOneofCase.Delete => IsId(content.Delete.Target),
        ContentMessage.KindOneofCase.Reaction => IsId(content.Reaction.Target) && StrictUtf8.IsText(content.Reaction.Emoji, ContentLimits.MaxEmoji),
        ContentMessage.KindOneofCase.Read => AreIds(content.Read.Ids, ContentLimits.MaxReceiptIds),
        ContentMessage.KindOneofCase.Delivered => AreIds(content.Delivered.Ids, ContentLimits.MaxReceiptIds),
        ContentMessage.KindOneofCase.Disappearing => IsPlace(content.Disappearing.Place) && IsLifetime(content.Disappearing.After),
        ContentMessage.KindOneofCase.Request => IsSound(content.Request),
        ContentMessage.KindOneofCase.Accept => IsSound(content.Accept),
        ContentMessage.KindOneofCase.Profile => IsPerson(content.Profile.Name, content.Profile.Addresses),
        ContentMessage.KindOneofCase.FindSecret =>
            IsFindNumber(content.FindSecret.Number) && content.FindSecret.Secret.Length == FindKeys.Size && !ConstantTime.IsZero(content.FindSecret.Secret.Span),
        ContentMessage.KindOneofCase.FindSecretTaken => IsFindNumber(content.FindSecretTaken.Number),
        _ => true,
    };

    private static bool IsFindNumber(long number) => number is > 0 and <= ContentLimits.MaxFindNumber;

    private static bool IsSound(TextContent text) =>
        IsPlace(text.Place)
        && (text.Deleted ? text.Text.IsEmpty : IsFilledText(text.Text))
        && (text.ReplyTo.IsEmpty || IsId(text.ReplyTo))
        && IsLifetime(text.DisappearAfter);

    private static bool IsSound(RequestContent request) =>
        IsPerson(request.Name, request.Addresses) && request.PairSecret.Length <= ContentLimits.MaxSecret
        && request.InviteId.Length <= ContentLimits.MaxSecret && request.InviteProof.Length <= ContentLimits.MaxSecret;

    private static bool IsSound(AcceptContent accept)
    {
        if (!IsPerson(accept.Name, accept.Addresses) || accept.Heads.Count > ContentLimits.MaxKnownHeads)
            return false;
        foreach (var head in accept.Heads)
        {
            if (!IsId(head.Id))
                return false;
        }

        return true;
    }

    private static bool IsPerson(ByteString name, IReadOnlyList<ByteString> addresses)
    {
        if (!StrictUtf8.IsText(name, ContentLimits.MaxName) || addresses.Count > ContentLimits.MaxAddresses)
            return false;
        foreach (var address in addresses)
        {
            if (!StrictUtf8.IsText(address, ContentLimits.MaxAddress))
                return false;
        }

        return true;
    }

    private static bool IsPlace(Place? place) => place is not null && AreIds(place.Parents, ContentLimits.MaxParents);

    private static bool IsFilledText(ByteString text) => !text.IsEmpty && StrictUtf8.IsText(text, ContentLimits.MaxText);

    private static bool IsLifetime(ulong milliseconds) => milliseconds <= (ulong)ContentLimits.MaxDisappearAfter;

    private static bool IsId(ByteString bytes) => bytes.Length == MessageId.Size;

    private static bool AreIds(IReadOnlyList<ByteString> field, int max)
    {
        if (field.Count > max)
            return false;
        foreach (var id in field)
        {
            if (!IsId(id))
                return false;
        }

        return true;
    }
}
