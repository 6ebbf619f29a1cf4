using Kith.Transport.Tor.Socks;

namespace Kith.Transport.Tests.Tor.Socks;

public sealed class SocksCoreTests
{
    [Theory]
    [InlineData("05000001000000000000")]
    [InlineData("05000004000000000000000000000000000000000000")]
    [InlineData("05000003026162ffff")]
    public void Proxy_IsAskedWithUserNameAndName(string reply)
    {
        var core = new SocksCore("x.onion", 0x1234, "me");
        Assert.Equal("050102", Convert.ToHexString(core.Output.Span));
        Answer(core, "0502");
        // RFC 1929: the name, and a password that says nothing.
        Assert.Equal("01026D650130", Convert.ToHexString(core.Output.Span));
        Answer(core, "0100");
        Assert.Equal("0501000307782E6F6E696F6E1234", Convert.ToHexString(core.Output.Span));
        Assert.False(core.IsDone);
        Answer(core, reply);
        Assert.True(core.IsDone);
        Assert.Null(core.Failure);
        Assert.True(core.Output.IsEmpty);
        Assert.Equal(0, core.Missing([]));
    }

    [Theory]
    [InlineData("0400", -1)]
    [InlineData("0500", -2)]
    [InlineData("05ff", -2)]
    [InlineData("0502 0101", -2)]
    [InlineData("0502 0500", -1)]
    [InlineData("0502 0100 04000001", -1)]
    [InlineData("0502 0100 05000009", -1)]
    [InlineData("0502 0100 05010000", 1)]
    [InlineData("0502 0100 05f40001", SocksFailure.NoClientKey)]
    [InlineData("0502 0100 05f50001", SocksFailure.WrongClientKey)]
    [InlineData("0502 0100 05990001", 0x99)]
    public void Refusal_IsSaid(string answers, int code)
    {
        var core = new SocksCore("x.onion", 80, "me");
        foreach (var answer in answers.Split(' '))
        {
            Assert.Null(core.Failure);
            Answer(core, answer);
        }

        Assert.Equal(code, core.Failure!.Code);
        Assert.NotEmpty(core.Failure.Says);
        Assert.False(core.IsDone);
        Assert.True(core.Output.IsEmpty);
    }

    [Fact]
    public void WhatDoesNotFit_IsMisuse()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocksCore(new string('a', 256), 80, "me"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SocksCore("a", 80, new string('a', 256)));
        Assert.Throws<ArgumentException>(() => new SocksCore("a", 80, ""));
    }

    // Never a byte more than it asks for.
    private static void Answer(SocksCore core, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var have = 0;
        for (int missing; (missing = core.Missing(bytes.AsSpan(0, have))) > 0;)
        {
            Assert.True(have + missing <= bytes.Length, $"wants {have + missing} bytes of {bytes.Length}");
            have += missing;
        }

        Assert.Equal(bytes.Length, have);
        core.Receive(bytes);
    }
}
