using Google.Protobuf;
using Kith.Messaging.Contacts;
using Kith.Messaging.Content;
using Kith.Messaging.Tests.World;

namespace Kith.Messaging.Tests.Hostile;

/// <summary>Changed honest inputs and noise: no exception, nothing kept. Seeds are in the failure.</summary>
public sealed class FuzzTests
{
    private static byte[] Mutate(Random random, byte[] honest)
    {
        var bytes = honest.ToArray();
        switch (random.Next(4))
        {
            case 0:
                return bytes[..random.Next(bytes.Length + 1)];
            case 1:
                return [.. bytes, .. new byte[random.Next(64)]];
            default:
                for (var i = random.Next(1, 6); i > 0 && bytes.Length > 0; i--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }

    [Fact]
    public void Contents_NeverThrow()
    {
        var request = new RequestContent { Name = ByteString.CopyFromUtf8("Bob"), PairSecret = ByteString.CopyFrom(new byte[36]) };
        request.Addresses.Add(ByteString.CopyFromUtf8("a:1"));
        var ids = new IdsContent();
        ids.Ids.Add(Forger.NewId().ToProto());
        byte[][] seeds =
        [
            Forger.Text("hello", 3, 5, Forger.NewId()).ToByteArray(),
            new ContentMessage { Request = request }.ToByteArray(),
            new ContentMessage { Delivered = ids }.ToByteArray(),
            new ContentMessage { Edit = new EditContent { Target = Forger.NewId().ToProto(), Text = ByteString.CopyFromUtf8("x") } }.ToByteArray(),
        ];
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            ContentReader.TryRead(Mutate(random, seeds[random.Next(seeds.Length)]), out _);
        }
    }

    [Fact]
    public void EnvelopesRequestsAndAnswers_NeverThrowNorLeaveAnything()
    {
        using var pair = new Pair();
        using var stranger = new Person("Stranger", 40, pair.Alice.Clock);
        pair.Alice.Say(pair.Bob, "honest");
        var envelope = pair.Alice.Outbox.Load(pair.Bob.Id, -1, 1)[0].Envelope!.Value.ToArray();
        var request = new BundleRequest(stranger.Id, null, [], stranger.Messenger.Keys.SignDeviceList(1)).Write();
        var answer = pair.Bob.Batch(messenger => messenger.AnswerBundleRequest(Net.Origin(stranger, pair.Bob), request))!;
        for (var round = 0; round < 40; round++)
        {
            var seed = round;
            pair.Bob.Batch(messenger =>
            {
                var random = new Random(seed);
                for (var i = 0; i < 100; i++)
                {
                    messenger.ReceiveEnvelope(Net.Origin(random.Next(2) == 0 ? pair.Alice : stranger, pair.Bob), Mutate(random, envelope));
                    messenger.AnswerBundleRequest(Net.Origin(stranger, pair.Bob), Mutate(random, request));
                    messenger.ReceiveBundle(pair.Alice.Id, Net.Origin(pair.Alice, pair.Bob), Mutate(random, answer));
                    messenger.PeerOf(Mutate(random, stranger.TransportKey));
                }
            });
        }

        pair.Net.Run();
        Assert.Equal("honest", pair.Bob.Last(pair.Alice).Text);
        Assert.Single(pair.Bob.Messenger.Contacts());
    }
}
