using Kith.Crypto;
using Kith.Mailbox.Passing;

namespace Kith.Mailbox.Tests.Passing;

public sealed class PassOrderSecretTests
{
    [Fact]
    public void Secret_IsTheSameForItsPeriod_AndAnotherAfterIt_AndForAnotherHome()
    {
        using var home = new SecretBytes(new byte[32]);
        using var other = new SecretBytes([.. Enumerable.Repeat((byte)1, 32)]);
        var start = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
        var daily = Enumerable.Range(0, 180).Select(day => Convert.ToHexString(PassOrderSecret.At(home, 0, start.AddDays(day)).Secret.Span)).ToList();
        Assert.InRange(daily.Distinct().Count(), 3, 4);
        Assert.Equal(daily.Distinct().Count() - 1, daily.Zip(daily.Skip(1)).Count(pair => pair.First != pair.Second));
        Assert.DoesNotContain(Convert.ToHexString(PassOrderSecret.At(other, 0, start).Secret.Span), daily);
    }

    [Fact]
    public void Secret_IsAnotherUnderEachPrivacyLevel_InTheSamePeriod()
    {
        using var home = new SecretBytes(new byte[32]);
        var start = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
        var periods = Enumerable.Range(0, 3).Select(level => PassOrderSecret.At(home, (byte)level, start)).ToList();
        Assert.Equal(3, periods.Select(period => Convert.ToHexString(period.Secret.Span)).Distinct().Count());
        Assert.Single(periods.Select(period => period.Index).Distinct());
    }
}
