using Kith.Crypto;
using Kith.Crypto.Noise;
using Kith.Mailbox.Boxes;
using Kith.Mailbox.Passing;
using Kith.Mailbox.Tests.Boxes;
using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Tests.Passing;

/// <summary>What is passed on: whoever passes it on can neither read, change, repeat nor reorder it.</summary>
public sealed class PassSealTests : IDisposable
{
    private readonly X25519PrivateKey _key = X25519PrivateKey.Generate(SystemRandom.Instance);
    private readonly BoxKeys _keys = Rows.Keys();

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Read_OpensAtItsHolder_SignedForThisPassAlone()
    {
        var opened = Open(Seal(new ReadRequest(_keys.Box, ReadFlags.WithChunks, 4, 5, []) { Key = _keys.Read }).Seal());
        var read = Assert.IsType<ReadRequest>(opened.Request);
        Assert.True(read.IsSignedFor(opened.HandshakeHash.Span));
        Assert.Equal((_keys.Address, 4L), (read.Box.Address, read.After));
        var other = Open(Seal(new HelloRequest()).Seal());
        Assert.False(read.IsSignedFor(other.HandshakeHash.Span));
    }

    [Fact]
    public void SmallRequestsAndAnswers_AreAllOfOneSize()
    {
        var chunk = Rows.Chunk(_keys);
        MailboxRequest[] requests =
        [
            new HelloRequest(), new ReadRequest(_keys.Box, ReadFlags.News, 0, 9, []) { Key = _keys.Read }, new PutRequest(_keys.Box, 0, [new PutItem(Rows.Entry(_keys, chunk), chunk)]),
            new DeleteRequest(_keys.Box, [new DeleteItem(ChunkHash.Of(chunk), new byte[64])]),
        ];
        Assert.Single(requests.Select(request => Seal(request).Seal().Length).Distinct());
        var opened = Open(Seal(requests[0]).Seal());
        MailboxAnswer[] answers = [new DeleteAnswer([DropCode.Done]), new EntriesAnswer(DropCode.Done, false, 1, [new ListedEntry(1, ChunkHash.Of(chunk), chunk.Length, chunk)])];
        Assert.Equal(opened.Seal(answers[0]).Length - PassSeal.SecondSize, opened.Seal(answers[1]).Length);
    }

    [Fact]
    public void Answers_OpenInTheirOrderAndOnce()
    {
        using var seal = Seal(new HelloRequest());
        var opened = Open(seal.Seal());
        var told = Enumerable.Range(0, 3).Select(i => opened.Seal(new EntriesAnswer(DropCode.Done, false, i, []))).ToList();
        Assert.Equal(0, Last(seal, told[0]));
        Assert.False(seal.TryOpen(told[0], out _));
        Assert.False(seal.TryOpen(told[2], out _));
        Assert.Equal(1, Last(seal, told[1]));
        Assert.Equal(2, Last(seal, told[2]));
    }

    [Fact]
    public void Request_ForAnotherHolder_OpensNowhereElse()
    {
        using var other = X25519PrivateKey.Generate(SystemRandom.Instance);
        Assert.False(PassOpened.TryOpen(other, Seal(new HelloRequest()).Seal(), SystemRandom.Instance, out _));
    }

    [Fact]
    public void Answer_ToAnotherRequest_IsRefused()
    {
        using var one = Seal(new HelloRequest());
        using var other = Seal(new HelloRequest());
        _ = one.Seal();
        var answer = Open(other.Seal()).Seal(new DeleteAnswer([DropCode.Done]));
        Assert.False(one.TryOpen(answer, out _));
        Assert.True(other.TryOpen(answer, out _));
    }

    [Theory]
    [InlineData(0)] // e
    [InlineData(40)] // the key of the body
    [InlineData(70)] // its tag
    [InlineData(90)] // the body
    [InlineData(1500)] // the padding
    [InlineData(-1)] // its tag
    public void Request_WithABitChanged_IsRefused(int at)
    {
        var bytes = Seal(new HelloRequest()).Seal().ToArray();
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        Assert.False(PassOpened.TryOpen(_key, bytes, SystemRandom.Instance, out _));
        Assert.False(PassOpened.TryOpen(_key, bytes.AsMemory(0, bytes.Length - 1), SystemRandom.Instance, out _));
        Assert.False(PassOpened.TryOpen(_key, bytes.AsMemory(0, PassSeal.FirstSize - 1), SystemRandom.Instance, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(-1)]
    public void Answer_WithABitChanged_IsRefused(int at)
    {
        using var seal = Seal(new HelloRequest());
        var bytes = Open(seal.Seal()).Seal(new DeleteAnswer([DropCode.Done])).ToArray();
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        Assert.False(seal.TryOpen(bytes, out _));
    }

    [Fact]
    public void AuditsEndsAndWhatIsSealedWithoutAWay_AreNotTakenThrough()
    {
        MailboxRequest[] refused = [new AuditRequest(_keys.Address, new byte[16], []), new SealedRequest(new byte[9]), new EndRequest(0)];
        Assert.All(refused, request => Assert.False(PassOpened.TryOpen(_key, Seal(request).Seal(), SystemRandom.Instance, out _)));
    }

    [Fact]
    public void PaddingThatIsNotZero_OrOfAnotherLength_IsRefused()
    {
        byte[] frame = [(byte)FrameType.Hello, 9, .. new byte[8], WireLimits.Version];
        var padded = new byte[PassPadding.Shortest];
        frame.CopyTo(padded, 0);
        Assert.True(PassPadding.TryTake(padded, out _));
        Assert.False(PassPadding.TryTake(new byte[2048].AsMemory(), out _));
        Assert.True(PassPadding.TryTake((byte[])[.. padded, .. new byte[512]], out _)); // longer than it must be, of a length that there is
        Assert.False(PassPadding.TryTake((byte[])[.. padded, .. new byte[511]], out _));
        padded[^1] = 1;
        Assert.False(PassPadding.TryTake(padded, out _));
    }

    [Fact]
    public void EveryLength_IsPaddedByAThirdAtMost_ToOneOfFew()
    {
        var sizes = Enumerable.Range(1, PassPadding.Longest / 64).Select(i => (Length: i * 64, Size: PassPadding.SizeFor(i * 64))).ToList();
        Assert.All(sizes, one => Assert.True(one.Size >= one.Length && (one.Size == PassPadding.Shortest || one.Size <= one.Length * 3 / 2)));
        Assert.InRange(sizes.DistinctBy(one => one.Size).Count(), 2, 24);
    }

    [Fact]
    public void Handshake_IsNoiseNk_SoOthersCanBuildIt()
    {
        var sealedRequest = Seal(new HelloRequest()).Seal();
        using var responder = new HandshakeState(NoiseProtocol.Parse("Noise_NK_25519_ChaChaPoly_SHA256"), initiator: false, "kith pass v1"u8, _key, null, null, SystemRandom.Instance);
        var key = new byte[32];
        Assert.True(responder.TryReadMessage(sealedRequest.Span[..80], key, out var written));
        Assert.Equal(32, written);
        var body = new byte[sealedRequest.Length - 96];
        Assert.True(ChaCha20Poly1305Aead.TryOpen(key, new byte[12], responder.HandshakeHash, sealedRequest.Span[80..], body));
        Assert.Equal([(byte)FrameType.Hello, 9, 0, 0, 0, 0, 0, 0, 0, 0, WireLimits.Version, 0], body[..12]);
    }

    private PassSeal Seal(MailboxRequest request) => new(_key.PublicKey, request, SystemRandom.Instance);

    private PassOpened Open(ReadOnlyMemory<byte> sealedRequest)
    {
        Assert.True(PassOpened.TryOpen(_key, sealedRequest, SystemRandom.Instance, out var opened));
        return opened;
    }

    private static long Last(PassSeal seal, ReadOnlyMemory<byte> answer)
    {
        Assert.True(seal.TryOpen(answer, out var opened));
        return Assert.IsType<EntriesAnswer>(opened).Last;
    }
}
