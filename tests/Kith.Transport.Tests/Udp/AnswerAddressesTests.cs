using Kith.Transport.Udp;
using Kith.Wire;

namespace Kith.Transport.Tests.Udp;

public sealed class AnswerAddressesTests
{
    private readonly AnswerAddresses _addresses = new();

    [Fact]
    public void WhoAskedAtOneAddressThenAtAnother_IsAnsweredFromTheLast()
    {
        Assert.False(_addresses.TryFind(Remote(1), out _));
        _addresses.Note(Remote(1), Local(1));
        _addresses.Note(Remote(2), Local(2));
        Assert.Equal(Local(1), Find(Remote(1)));
        _addresses.Note(Remote(1), Local(2));
        Assert.Equal(Local(2), Find(Remote(1)));
        Assert.Equal(Local(2), Find(Remote(2)));
        _addresses.Clear();
        Assert.Null(Find(Remote(1)));
        Assert.Null(Find(Remote(2)));
    }

    [Fact]
    public void ManyAsk_TheLastThousandsAreKnownAndTheFirstForgotten()
    {
        for (ulong i = 1; i <= 10_000; i++)
            _addresses.Note(Remote(i), Local(i));
        Assert.Null(Find(Remote(1)));
        Assert.Equal(Local(10_000), Find(Remote(10_000)));
        Assert.Equal(Local(8_001), Find(Remote(8_001)));
    }

    private static Endpoint Remote(ulong number) => Endpoint.FromIPv6(0x2a00UL << 48, number, 1000);

    private static Endpoint Local(ulong number) => Endpoint.FromIPv6(0x2a01UL << 48, number, 0);

    private Endpoint? Find(Endpoint remote) => _addresses.TryFind(remote, out var local) ? local : null;
}
