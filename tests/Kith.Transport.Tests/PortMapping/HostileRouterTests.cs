using System.Buffers.Binary;
using System.Net;
using Kith.Transport.PortMapping;
using Kith.Wire;

namespace Kith.Transport.Tests.PortMapping;

/// <summary>Routers that speak PCP and NAT-PMP, and lie.</summary>
public sealed class HostileRouterTests
{
    private static readonly byte[] External = [20, 1, 1, 1];

    [Fact]
    public async Task Pcp_Granted_IsMapped()
    {
        await using var router = new FakeRouter(request => [Granted(request)]);
        var mapped = await router.Pcp().MapAsync(isUdp: true, 7300, 7300, default);
        Assert.Equal(new MappedPort(MappingProtocol.Pcp, IsUdp: true, At("20.1.1.1:9000"), TimeSpan.FromSeconds(600)), mapped);
        var request = Assert.Single(router.Heard);
        Assert.Equal((60, 2, 1, 17), (request.Length, request[0], request[1], request[36]));
        Assert.Equal([.. new byte[10], 0xFF, 0xFF, 127, 0, 0, 1], request[8..24]);
    }

    [Fact]
    public async Task Pcp_Renewed_KeepsItsNonce()
    {
        await using var router = new FakeRouter(request => [Granted(request)]);
        var pcp = router.Pcp();
        var mapped = await pcp.MapAsync(isUdp: true, 7300, 7300, default);
        await pcp.MapAsync(isUdp: true, 7300, 9000, default);
        await pcp.UnmapAsync(mapped!, 7300, default);
        await pcp.MapAsync(isUdp: false, 7300, 9000, default);
        Assert.Equal(router.Heard[0][24..36], router.Heard[1][24..36]);
        Assert.Equal(router.Heard[0][24..36], router.Heard[2][24..36]);
        Assert.Equal([0, 0, 0, 0], router.Heard[2][4..8]);
        Assert.NotEqual(router.Heard[0][24..36], router.Heard[3][24..36]);
        Assert.False(pcp.HasForgotten);
    }

    public static TheoryData<string, Func<byte[], byte[]>> PcpLies => new()
    {
        { "another nonce", Changed(answer => answer[24] ^= 1) },
        { "another protocol", Changed(answer => answer[36] = 6) },
        { "another inner port", Changed(answer => answer[41] ^= 1) },
        { "a request", Changed(answer => answer[1] = 1) },
        { "another operation", Changed(answer => answer[1] = 0x82) },
        { "another version", Changed(answer => answer[0] = 3) },
        { "a refusal", Changed(answer => answer[3] = 2) },
        { "no lifetime", Changed(answer => answer.AsSpan(4, 4).Clear()) },
        { "no outer port", Changed(answer => answer.AsSpan(42, 2).Clear()) },
        { "cut", request => Granted(request)[..56] },
        { "not of whole words", request => [.. Granted(request), 0] },
        { "too long", request => [.. Granted(request), .. new byte[1100]] },
        { "nothing", _ => [] },
        { "NAT-PMP alone", _ => [0, 128, 0, 1, 0, 0, 0, 9] },
    };

    [Theory]
    [MemberData(nameof(PcpLies))]
    public async Task Pcp_WhatIsNoGrant_MapsNothing(string lie, Func<byte[], byte[]> answer)
    {
        await using var router = new FakeRouter(request => [answer(request)]);
        Assert.True(await router.Pcp().MapAsync(isUdp: true, 7300, 7300, default) is null, lie);
    }

    [Fact]
    public async Task Pcp_FalseAnswersBeforeTheTrueOne_ArePassedOver()
    {
        await using var router = new FakeRouter(request => [.. Enumerable.Repeat(Changed(answer => answer[24] ^= 1)(request), 5), Granted(request)]);
        Assert.NotNull(await router.Pcp().MapAsync(isUdp: true, 7300, 7300, default));
    }

    [Fact]
    public async Task FloodOfFalseAnswers_IsNotListenedToForEver()
    {
        await using var router = new FakeRouter(request => Enumerable.Repeat(Changed(answer => answer[24] ^= 1)(request), 500));
        Assert.Null(await router.Pcp().MapAsync(isUdp: true, 7300, 7300, default));
        Assert.InRange(router.Heard.Count, 1, 3);
    }

    [Fact]
    public async Task AnswerFromElsewhere_IsNotHeard()
    {
        await using var silent = new FakeRouter(_ => []);
        await using var other = new FakeRouter(request => [Granted(request)]);
        Assert.Null(await silent.Pcp().MapAsync(isUdp: true, 7300, 7300, default));
        Assert.Empty(other.Heard);
    }

    [Theory]
    [InlineData(100u, 101u, 0, true)]
    [InlineData(100u, 99u, 0, true)]
    [InlineData(100u, 98u, 0, false)]
    [InlineData(10_000u, 5u, 60, false)]
    [InlineData(100u, 160u, 60, true)]
    [InlineData(100u, 163u, 60, true)]
    [InlineData(100u, 200u, 60, false)]
    [InlineData(100u, 110u, 60, false)]
    public void Epoch_ThatRunsBackwardsOrAtAnotherPace_HasBegunAnew(uint before, uint after, int seconds, bool continues)
    {
        var epoch = new Epoch();
        Assert.True(epoch.Continues(before, TimeSpan.FromSeconds(7)));
        Assert.Equal(continues, epoch.Continues(after, TimeSpan.FromSeconds(7 + seconds)));
    }

    [Fact]
    public async Task WrongEpoch_IsSeenAsARouterThatForgot()
    {
        var epoch = 5_000u;
        await using var router = new FakeRouter(request => [Changed(answer => BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), epoch))(request)]);
        var pcp = router.Pcp();
        await pcp.MapAsync(isUdp: true, 7300, 7300, default);
        epoch = 3;
        await pcp.MapAsync(isUdp: true, 7300, 7300, default);
        Assert.True(pcp.HasForgotten);
    }

    [Fact]
    public async Task NatPmp_Granted_IsMappedAndDeletedWithNoLifetime()
    {
        await using var router = new FakeRouter(Pmp);
        var pmp = router.NatPmp();
        var mapped = await pmp.MapAsync(isUdp: false, 7300, 7300, default);
        Assert.Equal(new MappedPort(MappingProtocol.NatPmp, IsUdp: false, At("20.1.1.1:9000"), TimeSpan.FromSeconds(600)), mapped);
        Assert.Equal([0, 2, 0, 0, 0x1C, 0x84, 0x1C, 0x84, 0, 0, 0x0E, 0x10], router.Heard[1]);
        await pmp.UnmapAsync(mapped!, 7300, default);
        Assert.Equal([0, 2, 0, 0, 0x1C, 0x84, 0, 0, 0, 0, 0, 0], router.Heard[2]);
    }

    public static TheoryData<string, Func<byte[], byte[]>> PmpLies => new()
    {
        { "another inner port", answer => [.. answer[..9], 1, .. answer[10..]] },
        { "the other protocol", answer => [0, 129, .. answer[2..]] },
        { "another version", answer => [2, .. answer[1..]] },
        { "a refusal", answer => [0, 130, 0, 2, .. answer[4..8]] },
        { "no outer port", answer => [.. answer[..10], 0, 0, .. answer[12..]] },
        { "no lifetime", answer => [.. answer[..12], 0, 0, 0, 0] },
        { "cut", answer => answer[..15] },
        { "longer", answer => [.. answer, 0] },
        { "nothing", _ => [] },
    };

    [Theory]
    [MemberData(nameof(PmpLies))]
    public async Task NatPmp_WhatIsNoGrant_MapsNothing(string lie, Func<byte[], byte[]> change)
    {
        await using var router = new FakeRouter(request => request.Length == 2 ? Pmp(request) : [change(Pmp(request).Single())]);
        Assert.True(await router.NatPmp().MapAsync(isUdp: false, 7300, 7300, default) is null, lie);
    }

    [Theory]
    [InlineData("10.0.0.1", true, false)]
    [InlineData("172.16.0.1", true, false)]
    [InlineData("172.32.0.1", false, true)]
    [InlineData("192.168.1.1", true, false)]
    [InlineData("169.254.3.1", true, false)]
    [InlineData("100.64.0.1", false, false)]
    [InlineData("100.128.0.1", false, true)]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("255.255.255.255", false, false)]
    [InlineData("20.1.1.1", false, true)]
    [InlineData("203.0.113.1", false, true)]
    [InlineData("2a00::1", false, true)]
    [InlineData("fe80::1", false, false)]
    [InlineData("fd00::1", false, false)]
    public void Address_IsPrivateOrOfTheInternet(string text, bool isPrivate, bool isPublic)
    {
        var address = IPAddress.Parse(text);
        Assert.Equal((isPrivate, isPublic), (PrivateAddress.IsPrivate(address), PrivateAddress.IsOfTheInternet(address)));
    }

    private static IEnumerable<byte[]> Pmp(byte[] request) => request.Length == 2
        ? [[0, 128, 0, 0, 0, 0, 0, 9, .. External]]
        : [[0, (byte)(request[1] + 128), 0, 0, 0, 0, 0, 9, .. request[4..6], 0x23, 0x28, 0, 0, 2, 0x58]];

    // RFC 6887 section 11.1: the request's own fields, a result, an epoch, an outer port and address.
    private static byte[] Granted(byte[] request)
    {
        var answer = (byte[])request.Clone();
        answer[1] = 0x81;
        answer[3] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), 600);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 77);
        answer.AsSpan(12, 12).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(42), 9000);
        ((byte[])[.. new byte[10], 0xFF, 0xFF, .. External]).CopyTo(answer, 44);
        return answer;
    }

    private static Func<byte[], byte[]> Changed(Action<byte[]> change) => request =>
    {
        var answer = Granted(request);
        change(answer);
        return answer;
    };

    private static Endpoint At(string text) => Endpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);
}
