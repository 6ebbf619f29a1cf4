using System.Net;
using Kith.Transport.Handshake;

namespace Kith.Transport.Tests.Handshake;

public sealed class AdmissionTests
{
    [Fact]
    public void HandshakesOfOneAddressOverTheLimit_AreRefusedUntilOneIsOver()
    {
        var admission = new Admission();
        var places = Enumerable.Range(0, HandshakeLimits.MaxPendingPerAddress).Select(_ => admission.TryEnter(IPAddress.Loopback)!).ToArray();
        Assert.DoesNotContain(null, places);
        Assert.Null(admission.TryEnter(IPAddress.Loopback));
        Assert.Null(admission.TryEnter(IPAddress.Loopback.MapToIPv6()));
        Assert.NotNull(admission.TryEnter(IPAddress.Parse("192.0.2.1")));
        places[0].Dispose();
        places[0].Dispose();
        Assert.NotNull(admission.TryEnter(IPAddress.Loopback));
        Assert.Null(admission.TryEnter(IPAddress.Loopback));
    }

    [Fact]
    public void AddressesOfOneIPv6Subscriber_CountAsOne()
    {
        var admission = new Admission();
        for (var i = 0; i < HandshakeLimits.MaxPendingPerAddress; i++)
            Assert.NotNull(admission.TryEnter(IPAddress.Parse($"2001:db8::{i + 1:x}")));
        Assert.Null(admission.TryEnter(IPAddress.Parse("2001:db8::ffff:1")));
        Assert.NotNull(admission.TryEnter(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void HandshakesInAllOverTheLimit_AreRefused()
    {
        var admission = new Admission();
        for (var i = 0; i < HandshakeLimits.MaxPending; i++)
            Assert.NotNull(admission.TryEnter(IPAddress.Parse($"192.0.2.{i + 1}")));
        Assert.Null(admission.TryEnter(IPAddress.Parse("198.51.100.1")));
    }

    [Fact]
    public void SessionsOfOneAddressOverTheLimit_AreRefusedUntilOneIsOver()
    {
        var (admission, address) = (new Admission(), IPAddress.Parse("192.0.2.1"));
        Admission.Place? last = null;
        for (var i = 0; i < HandshakeLimits.MaxSessionsPerAddress; i++)
        {
            last = admission.TryEnter(address);
            Assert.True(last!.TryBecomeSession());
        }

        using (var over = admission.TryEnter(address))
            Assert.False(over!.TryBecomeSession());
        last!.Dispose();
        Assert.True(admission.TryEnter(address)!.TryBecomeSession());
    }

    // Whoever runs thirty nodes on one machine has them meet all the same.
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::1")]
    public void SessionsOfThisMachine_AreLimitedInAllAlone(string text)
    {
        var (admission, address) = (new Admission(), IPAddress.Parse(text));
        for (var i = 0; i < HandshakeLimits.MaxSessions; i++)
            Assert.True(admission.TryEnter(address)!.TryBecomeSession());
        Assert.False(admission.TryEnter(address)!.TryBecomeSession());
    }

    [Fact]
    public void SessionsInAllOverTheLimit_AreRefused()
    {
        var admission = new Admission();
        for (var i = 0; i < HandshakeLimits.MaxSessions; i++)
            Assert.True(admission.TryEnter(new IPAddress(0x0a000000L + i))!.TryBecomeSession());
        Assert.False(admission.TryEnter(IPAddress.Loopback)!.TryBecomeSession());
    }

    // A session can be over before the listener has counted it: whoever closed at once used to take a place for ever.
    [Fact]
    public void PlaceFreedBeforeItBecameASession_CountsForNothing()
    {
        var admission = new Admission();
        using var other = admission.TryEnter(IPAddress.Loopback); // so that the address stays known
        for (var i = 0; i <= HandshakeLimits.MaxSessionsPerAddress; i++)
        {
            var place = admission.TryEnter(IPAddress.Loopback)!;
            place.Dispose();
            Assert.False(place.TryBecomeSession());
        }

        Assert.True(admission.TryEnter(IPAddress.Loopback)!.TryBecomeSession());
        for (var i = 1; i < HandshakeLimits.MaxPendingPerAddress; i++)
            Assert.NotNull(admission.TryEnter(IPAddress.Loopback));
        Assert.Null(admission.TryEnter(IPAddress.Loopback));
    }

    [Fact]
    public void PlaceFreedAsTheLastOfItsAddress_IsNoSession()
    {
        var place = new Admission().TryEnter(IPAddress.Loopback)!;
        place.Dispose();
        Assert.False(place.TryBecomeSession());
        place.Dispose();
    }
}
