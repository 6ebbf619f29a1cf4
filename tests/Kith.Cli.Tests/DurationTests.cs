namespace Kith.Cli.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("12h", 43_200_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2", 2000)]
    public void Durations_AreRead(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-3s")]
    [InlineData("3x")]
    [InlineData("1e9d")]
    [InlineData("99999999d")]
    [InlineData("NaNs")]
    public void OtherText_IsRefused(string text) => Assert.False(Duration.TryParse(text, out _));
}
