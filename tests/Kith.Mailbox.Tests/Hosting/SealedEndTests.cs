using System.Buffers;
using System.Net;
using Kith.Crypto;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Holding;
using Kith.Mailbox.Hosting;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Transport;
using Kith.Transport.Dialing;
using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Hosting;

/// <summary>Requests that came through somebody else and are given up before they are answered, over a real session on loopback.</summary>
public sealed class SealedEndTests
{
    [Fact]
    public async Task NewsThatEndBeforeTheirFirstAnswer_LeaveNoPlaceTaken()
    {
        const int Rounds = 6;
        const int AtOnce = 10; // in all far more than may be under way
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        using var key = X25519PrivateKey.Generate(SystemRandom.Instance);
        using var box = Rows.Keys();
        await using var holder = await MailNode.StartAsync(null, 1 << 20, (_, _, _) => new LateHolding());
        var identity = new TransportIdentity(key, null, SystemRandom.Instance);
        await using var port = UdpPort.Open([IPAddress.Loopback], 0, TimeProvider.System);
        await using var carrier = new UdpCarrier(port, identity, TimeProvider.System);
        port.Start();
        await using var dialer = new NamelessDialer(carrier, identity, TimeProvider.System);
        await using var session = await dialer.ConnectAsync([NodeAddress.Tcp(holder.Endpoint.ToIPEndPoint())], null, patience.Token);
        await using var stream = await session.OpenStreamAsync(HostingLimits.StreamKind, patience.Token);

        var number = 0UL;
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < AtOnce; i++)
            {
                using var seal = new PassSeal(session.RemoteKey, new ReadRequest(box.Box, ReadFlags.News, 0, 0, []) { Key = box.Read }, SystemRandom.Instance);
                Write(stream, ++number, new SealedRequest(seal.Seal()));
                Write(stream, number, new EndRequest(number));
            }

            Write(stream, ++number, new HelloRequest());
            await stream.Output.FlushAsync(patience.Token);
            Assert.True(await HearsAsync(stream, number, patience.Token));
        }
    }

    private static void Write(IStream stream, ulong number, MailboxRequest request)
    {
        using var writer = new WireWriter();
        RequestFormat.Write(writer, number, request, default);
        stream.Output.Write(writer.WrittenSpan);
    }

    private static async Task<bool> HearsAsync(IStream stream, ulong wanted, CancellationToken stop)
    {
        while (true)
        {
            var read = await stream.Input.ReadAsync(stop);
            var rest = read.Buffer;
            var isThere = false;
            while (Frame.TryTake(ref rest, out var frame) == FrameStatus.Taken)
                isThere |= AnswerFormat.TryRead(frame, out var number, out _) && number == wanted;
            stream.Input.AdvanceTo(rest.Start, read.Buffer.End);
            if (isThere || read.IsCompleted)
                return isThere;
        }
    }

    /// <summary>Answers after each batch, and nothing to those who are gone by then.</summary>
    private sealed class LateHolding : IHolding
    {
        private readonly List<(IHolderClient Client, ulong Number, MailboxRequest Request)> _asked = [];

        public long Used => 0;

        public int Boxes => 0;

        public long NextDeadline => long.MaxValue;

        public void Offer(long bytes)
        {
        }

        public void Take(long now, IHolderClient client, ulong number, MailboxRequest request)
        {
            client.IsWatching |= request is ReadRequest;
            _asked.Add((client, number, request));
        }

        public void Gone(IHolderClient client) => _asked.RemoveAll(one => one.Client == client);

        public void Finish(long now)
        {
            foreach (var (client, number, request) in _asked.ToArray())
            {
                client.Answer(number, request is ReadRequest
                    ? new EntriesAnswer(DropCode.Done, HasMore: false, 0, [])
                    : new WelcomeAnswer(true, true, 1, new WorkWanted(0, new byte[WireLimits.ChallengeSize])));
            }

            _asked.Clear();
        }

        public void Dispose()
        {
        }
    }
}
