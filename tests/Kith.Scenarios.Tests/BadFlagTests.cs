namespace Kith.Scenarios.Tests;

/// <summary>Flags of a start that cannot be meant: nothing starts.</summary>
public sealed class BadFlagTests
{
    [Theory]
    [InlineData("--entry", "nonsense")]
    [InlineData("--entry", "host:70000")]
    [InlineData("--knock", "maybe")]
    [InlineData("--ddns-server", "nonsense")]
    public async Task BadValue_IsWrongUsageWithOneSentence(string flag, string value)
    {
        await using var home = new KithHome("Eve");
        var refused = await home.RunAsync("up", "--listen", "127.0.0.1:0", flag, value);
        Assert.Equal(2, refused.Status);
        Assert.Equal("", refused.Output);
        Assert.Single(refused.Error.TrimEnd().Split('\n'));
    }
}
