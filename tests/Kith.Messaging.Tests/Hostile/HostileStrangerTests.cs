using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Tests.World;
using Kith.Wire;

namespace Kith.Messaging.Tests.Hostile;

/// <summary>Bundle requests and answers: each verification has its refusal.</summary>
public sealed class HostileStrangerTests
{
    private static (Pair Pair, Link Link) Connecting(int uses = 1)
    {
        var pair = new Pair(connected: false);
        var text = pair.Alice.Batch(messenger => messenger.CreateLink(uses, null)).Link;
        Assert.True(Link.TryParse(text, out var link, out _));
        pair.Bob.Batch(messenger => messenger.AddContact(text, null));
        return (pair, link);
    }

    private static BundleCode? Code(byte[]? answer)
    {
        if (answer is null)
            return null;
        Assert.True(BundleAnswer.TryRead(answer, out var read));
        return read.Code;
    }

    private static byte[] Request(Person from, Link link, byte[] handshake, AccountId? provedFor = null, byte[]? secret = null)
    {
        var proof = new byte[InviteProof.Size];
        InviteProof.Make(secret ?? link.InviteSecret.ToArray(), handshake, provedFor ?? from.Id, proof);
        return new BundleRequest(from.Id, link.InviteId, proof, from.Messenger.Keys.SignDeviceList(1)).Write();
    }

    [Fact]
    public void ProofOfAnotherSessionAccountOrSecret_IsUnknown()
    {
        var (pair, link) = Connecting();
        using var _ = pair;
        var handshake = Net.Handshake(pair.Bob, pair.Alice);
        byte[]? Answer(byte[] request) => pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), request));
        Assert.Equal(BundleCode.Unknown, Code(Answer(Request(pair.Bob, link, [.. new byte[32]]))));
        Assert.Equal(BundleCode.Unknown, Code(Answer(Request(pair.Bob, link, handshake, provedFor: pair.Alice.Id))));
        Assert.Equal(BundleCode.Unknown, Code(Answer(Request(pair.Bob, link, handshake, secret: new byte[16]))));
        Assert.Equal(1, Assert.Single(pair.Alice.Messenger.Links()).UsesLeft);
        Assert.Equal(BundleCode.Bundle, Code(Answer(Request(pair.Bob, link, handshake))));
        Assert.Empty(pair.Alice.Messenger.Links());

        // The same person again: not counted twice, nor told that it is used up.
        Assert.Equal(BundleCode.Bundle, Code(Answer(Request(pair.Bob, link, handshake))));
    }

    [Fact]
    public void RequestInSomebodyElsesName_IsNotAnswered()
    {
        var (pair, link) = Connecting();
        using var _ = pair;
        using var mallory = new Person("Mallory", 50, pair.Alice.Clock);
        var stolen = Request(pair.Bob, link, Net.Handshake(pair.Bob, pair.Alice));
        Assert.Null(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(mallory, pair.Alice), stolen)));
        Assert.Null(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), stolen.AsSpan(0, stolen.Length - 1))));
        Assert.Null(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), [])));
        Assert.Null(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(
            Net.Origin(pair.Alice, pair.Bob), new BundleRequest(pair.Alice.Id, null, [], pair.Alice.Messenger.Keys.SignDeviceList(1)).Write())));
        Assert.Empty(pair.Alice.Messenger.Contacts());
        Assert.Single(pair.Alice.Messenger.Links());
    }

    [Fact]
    public void AskedTooOften_Busy()
    {
        using var pair = new Pair(connected: false);
        var request = new BundleRequest(pair.Bob.Id, null, [], pair.Bob.Messenger.Keys.SignDeviceList(1)).Write();
        var codes = Enumerable.Range(0, BundleGiver.MaxPerAccount + 1)
            .Select(_ => Code(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), request))))
            .ToArray();
        Assert.All(codes[..^1], code => Assert.Equal(BundleCode.Bundle, code));
        Assert.Equal(BundleCode.Busy, codes[^1]);

        // Strangers get no one-time prekey: there are as many as before.
        Assert.Equal(100, pair.Alice.Stores.Records.All(RecordKind.PreKey).Count(record => record.Value[0] == 0));
        pair.Alice.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(BundleCode.Bundle, Code(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), request))));
    }

    [Fact]
    public void AnswerOfAnotherAccountKeyOrSession_StartsNothing()
    {
        var (pair, _) = Connecting();
        using var __ = pair;
        using var mallory = new Person("Mallory", 51, pair.Alice.Clock);
        var answer = pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(
            Net.Origin(pair.Bob, pair.Alice), pair.Bob.Messenger.WriteBundleRequest(pair.Alice.Id, Net.Handshake(pair.Bob, pair.Alice))));
        Assert.NotNull(answer);
        Assert.True(BundleAnswer.TryRead(answer, out var good));
        var malloryDevices = mallory.Messenger.Keys.SignDeviceList(1);
        var crossed = DeviceList.Sign(pair.Alice.Messenger.Keys.Account, 2, [malloryDevices.Devices[0]]);
        var tampered = good.Bundle! with { SignedPreKeySignature = new byte[64] };
        var kyber = good.Bundle with { KyberPreKeySignature = new byte[64] };
        (PeerOrigin From, byte[] Bytes)[] refused =
        [
            (Net.Origin(mallory, pair.Bob), answer),
            (Net.Origin(pair.Alice, pair.Bob), (good with { Devices = malloryDevices.Encoded.ToArray() }).Write()),
            (Net.Origin(pair.Alice, pair.Bob), (good with { Devices = crossed.Encoded.ToArray() }).Write()),
            (Net.Origin(pair.Alice, pair.Bob), (good with { Bundle = tampered }).Write()),
            (Net.Origin(pair.Alice, pair.Bob), (good with { Bundle = kyber }).Write()),
            (Net.Origin(pair.Alice, pair.Bob), (good with { Bundle = good.Bundle with { IdentityKey = malloryDevices.Devices[0].IdentityKey } }).Write()),
            (Net.Origin(pair.Alice, pair.Bob), answer[..^1]),
            (Net.Origin(pair.Alice, pair.Bob), []),
        ];
        foreach (var (from, bytes) in refused)
        {
            pair.Bob.Batch(messenger => messenger.ReceiveBundle(pair.Alice.Id, from, bytes));
            Assert.Empty(pair.Bob.Stores.Records.All(RecordKind.Session));
            Assert.Equal(ContactState.Connecting, pair.Bob.Contact(pair.Alice).State);

            // It is asked for again, later.
            pair.Bob.Clock.Advance(TimeSpan.FromMinutes(2));
            pair.Bob.Batch(messenger => messenger.Tick());
            Assert.NotNull(pair.Bob.Messenger.WriteBundleRequest(pair.Alice.Id, Net.Handshake(pair.Bob, pair.Alice)));
        }

        pair.Bob.Batch(messenger => messenger.ReceiveBundle(pair.Alice.Id, Net.Origin(pair.Alice, pair.Bob), answer));
        Assert.Single(pair.Bob.Stores.Records.All(RecordKind.Session));
        Assert.Null(pair.Bob.Messenger.WriteBundleRequest(pair.Alice.Id, Net.Handshake(pair.Bob, pair.Alice)));
    }

    [Fact]
    public void StolenEnvelopeFromAnotherSession_MakesNoContact()
    {
        var (pair, _) = Connecting(uses: 0);
        using var __ = pair;
        using var mallory = new Person("Mallory", 52, pair.Alice.Clock);
        byte[]? stolen = null;
        pair.Net.Passes = (_, _, envelope) =>
        {
            stolen ??= envelope;
            return false;
        };
        pair.Net.Run();
        Assert.NotNull(stolen);
        pair.Net.Deliver(mallory, pair.Alice, stolen);
        Assert.Empty(pair.Alice.Messenger.Contacts());
        Assert.Empty(pair.Alice.Stores.Records.All(RecordKind.Session));
        pair.Net.Deliver(pair.Bob, pair.Alice, stolen);
        Assert.Equal(ContactState.Request, pair.Alice.Contact(pair.Bob).State);
    }

    [Fact]
    public void RequestsBeyondTheLimit_AreToldThatWeAreBusy()
    {
        using var pair = new Pair(connected: false);
        pair.Alice.Batch(_ =>
        {
            for (var i = 0; i < ContactBook.MaxRequests; i++)
            {
                var id = AccountId.FromBytes([(byte)i, .. new byte[31]]);
                pair.Alice.Stores.Records.Put(RecordKind.Contact, id.ToArray(), Google.Protobuf.MessageExtensions.ToByteArray(new ContactRecord { Stage = (int)ContactStage.Request, Name = $"{i}" }));
            }

            pair.Alice.Messenger.Reload();
        });
        var request = new BundleRequest(pair.Bob.Id, null, [], pair.Bob.Messenger.Keys.SignDeviceList(1)).Write();
        Assert.Equal(BundleCode.Busy, Code(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), request))));
    }

    [Fact]
    public void BlockedPerson_GetsNoBundle()
    {
        using var pair = new Pair();
        pair.Alice.Batch(messenger => messenger.SetBlocked(pair.Bob.Id, true));
        var request = new BundleRequest(pair.Bob.Id, null, [], pair.Bob.Messenger.Keys.SignDeviceList(1)).Write();
        Assert.Null(pair.Alice.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(pair.Bob, pair.Alice), request)));
    }
}
