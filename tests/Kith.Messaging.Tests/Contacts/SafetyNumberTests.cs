using Kith.Messaging.Accounts;
using Kith.Messaging.Contacts;
using Kith.Messaging.Tests.Accounts;

namespace Kith.Messaging.Tests.Contacts;

public sealed class SafetyNumberTests
{
    // libsignal, rust/protocol/src/fingerprint.rs (the tests' vectors, "testVectorsVersion1 in Java").
    [Fact]
    public void PublicVector_GivesItsDigits()
    {
        var alice = SafetyNumber.Half("+14152222222"u8, Convert.FromHexString("0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868"));
        var bob = SafetyNumber.Half("+14153333333"u8, Convert.FromHexString("05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b"));
        Assert.Equal("300354477692869396892869876765458257569162576843440918079131", alice + bob);
    }

    [Fact]
    public void BothSides_ComputeTheSame()
    {
        using var alice = AccountKeys.Generate(new CountingRandom(1), 1);
        using var bob = AccountKeys.Generate(new CountingRandom(2), 1);
        var (a, b) = (alice.Device.Identity.PublicKey, bob.Device.Identity.PublicKey);
        var number = SafetyNumber.Compute(alice.Id, a, bob.Id, b);
        Assert.Equal(number, SafetyNumber.Compute(bob.Id, b, alice.Id, a));
        Assert.Matches("^[0-9]{5}( [0-9]{5}){11}$", number);
        Assert.NotEqual(number, SafetyNumber.Compute(alice.Id, b, bob.Id, b));
        Assert.NotEqual(number, SafetyNumber.Compute(bob.Id, a, bob.Id, b));
    }
}
