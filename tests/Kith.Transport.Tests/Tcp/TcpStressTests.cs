using System.Security.Cryptography;

namespace Kith.Transport.Tests.Tcp;

/// <summary>Everything at once: what the loops, the lock and the inline continuations must stand.</summary>
public sealed class TcpStressTests
{
    private const int Workers = 8;
    private const int RoundsEach = 15;

    [Fact]
    public async Task ManyStreamsBothWaysWithResetsAndDatagrams_EveryFinishedStreamArrivesWhole()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        var (here, there) = await a.ConnectAsync(b);
        await using var one = here;
        await using var two = there;
        var serving = Task.WhenAll(ServeAsync(here), ServeAsync(there));
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => Task.Run(() => CallAsync(i % 2 == 0 ? here : there, i))));
        await here.CloseAsync();
        await serving;
        Assert.Equal(SessionErrorCode.None, (await there.Closed).Code);
    }

    [Fact]
    public async Task ClosedInTheMiddle_EverybodyIsToldAndNothingHangs()
    {
        await using var a = await TestNode.StartAsync();
        await using var b = await TestNode.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            var (here, there) = await a.ConnectAsync(b);
            var serving = Task.WhenAll(ServeAsync(here), ServeAsync(there));
            var calling = Enumerable.Range(0, 4).Select(n => Task.Run(() => CallAsync(n % 2 == 0 ? here : there, n))).ToArray();
            await Task.WhenAny(calling);
            await Task.WhenAll(here.CloseAsync(), there.CloseAsync());
            foreach (var call in calling)
                Assert.True(await EndedAsync(call));
            await serving;
        }
    }

    private static async Task<bool> EndedAsync(Task call)
    {
        try
        {
            await call;
            return true;
        }
        catch (SessionException)
        {
            return true;
        }
    }

    // Sends a digest of what it gets, or gives up in the middle.
    private static async Task CallAsync(ISession session, int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < RoundsEach; round++)
        {
            var stream = await session.OpenStreamAsync(StreamIo.Kind);
            var bytes = StreamIo.Bytes(random.Next(200_000), seed);
            session.TrySendDatagram(bytes.AsSpan(0, Math.Min(bytes.Length, 100)));
            await stream.WriteAsync(bytes);
            if (random.Next(4) == 0)
            {
                stream.Reset(5);
                continue;
            }

            await stream.Output.CompleteAsync();
            Assert.Equal(SHA256.HashData(bytes), await stream.ReadToEndAsync());
            await stream.DisposeAsync();
        }
    }

    private static async Task ServeAsync(ISession session)
    {
        var answers = new List<Task>();
        await foreach (var stream in session.AcceptStreamsAsync())
            answers.Add(AnswerAsync(stream));
        await Task.WhenAll(answers);
    }

    private static async Task AnswerAsync(IStream stream)
    {
        try
        {
            var bytes = await stream.ReadToEndAsync();
            await stream.WriteAsync(SHA256.HashData(bytes));
        }
        catch (Exception error) when (error is StreamException or SessionException)
        {
            // The caller gave up, or everything ended.
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }
}
