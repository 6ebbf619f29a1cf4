using Google.Protobuf;
using Kith.Crypto;
using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Wire;

namespace Kith.Fuzz.Tests;

/// <summary>What a contact says inside the ratchet, and the bundle exchange, which a stranger can begin.</summary>
internal static class ContentTargets
{
    private static readonly ByteString Id = ByteString.CopyFrom(Enumerable.Range(1, MessageId.Size).Select(i => (byte)i).ToArray());

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("content", () => new FuzzTarget("content", [.. Contents().Select(content => content.ToByteArray())], Content, Longest: ContentLimits.MaxContent + 100)),
        ("bundle request", Request),
        ("bundle answer", Answer),
    ];

    private static IEnumerable<ContentMessage> Contents()
    {
        var place = new Place { Depth = 5, Parents = { Id, Id } };
        var text = ByteString.CopyFromUtf8("Grüße 👩‍🚀");
        yield return new ContentMessage { SentAt = 1, Text = new TextContent { Place = place, Text = text, ReplyTo = Id, DisappearAfter = 1000 } };
        yield return new ContentMessage { Edit = new EditContent { Target = Id, Text = text, Counter = 2 } };
        yield return new ContentMessage { Delete = new DeleteContent { Target = Id } };
        yield return new ContentMessage { Reaction = new ReactionContent { Target = Id, Emoji = text, Counter = 1 } };
        yield return new ContentMessage { Read = new IdsContent { Ids = { Id, Id } } };
        yield return new ContentMessage { Delivered = new IdsContent { Ids = { Id } } };
        yield return new ContentMessage { Typing = new TypingContent { Active = true } };
        yield return new ContentMessage { Disappearing = new DisappearingContent { Place = place, After = 60_000 } };
        yield return new ContentMessage { Request = new RequestContent { DeviceList = Id, Name = text, Addresses = { text }, PairSecret = Id, InviteId = Id, InviteProof = Id } };
        yield return new ContentMessage { Accept = new AcceptContent { DeviceList = Id, Name = text, Heads = { new KnownHead { Id = Id, Depth = 3 } } } };
        yield return new ContentMessage { Refusal = new RefusalContent() };
        yield return new ContentMessage { Profile = new ProfileContent { DeviceList = Id, Name = text, Addresses = { text } } };
        yield return new ContentMessage { Reset = new ResetContent() };
        yield return new ContentMessage { FindSecret = new FindSecretContent { Number = 5, Secret = ByteString.CopyFrom([.. Enumerable.Repeat((byte)5, 32)]) } };
        yield return new ContentMessage { FindSecretTaken = new FindSecretTakenContent { Number = 5 } };
    }

    // What was taken holds ids and texts that everything behind the reader relies on.
    private static bool Content(byte[] input)
    {
        if (!ContentReader.TryRead(input, out var content))
            return false;
        var ids = content.KindCase switch
        {
            ContentMessage.KindOneofCase.Text => content.Text.Place.Parents,
            ContentMessage.KindOneofCase.Disappearing => content.Disappearing.Place.Parents,
            ContentMessage.KindOneofCase.Read => content.Read.Ids,
            ContentMessage.KindOneofCase.Delivered => content.Delivered.Ids,
            _ => [],
        };
        _ = ContentReader.Ids(ids);
        if (content.KindCase == ContentMessage.KindOneofCase.Text)
            Assert.Equal(content.Text.Text, ByteString.CopyFromUtf8(StrictUtf8.Decode(content.Text.Text)));
        return true;
    }

    private static FuzzTarget Request()
    {
        using var keys = AccountKeys.Generate(SystemRandom.Instance, 1);
        var list = keys.SignDeviceList(1);
        Assert.True(InviteId.TryRead(new byte[InviteId.Size], out var invite));
        return new FuzzTarget("bundle request",
            [new BundleRequest(keys.Id, invite, new byte[InviteProof.Size], list).Write(), new BundleRequest(keys.Id, null, [], list).Write()],
            input => BundleRequest.TryRead(input, out _));
    }

    private static FuzzTarget Answer()
    {
        using var keys = AccountKeys.Generate(SystemRandom.Instance, 1);
        var answer = new BundleAnswer(BundleCode.Bundle, keys.SignDeviceList(1).Encoded.ToArray(), new SignalSide().Bundle());
        return new FuzzTarget("bundle answer", [answer.Write(), BundleAnswer.Refusal(BundleCode.Busy).Write()], input => BundleAnswer.TryRead(input, out _));
    }
}
