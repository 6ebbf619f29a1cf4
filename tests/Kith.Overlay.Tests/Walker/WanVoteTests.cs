using Kith.Overlay.Walker;
using Kith.Wire;
using Xunit;

namespace Kith.Overlay.Tests.Walker;

public class WanVoteTests
{
    private const string Truth = "203.0.113.5:4000";
    private const string Lie = "198.51.100.66:6666";
    private readonly WanVote _vote = new();
    private long _now = 1_000_000;

    [Fact]
    public void FirstReport_StandsAlone()
    {
        Assert.Null(_vote.Address);
        Assert.True(Report("8.0.0.1:1", Truth));
        Assert.Equal(At(Truth), _vote.Address);
    }

    [Fact]
    public void OneLiarOfThree_IsOutvoted()
    {
        Report("8.0.0.1:1", Truth);
        Assert.False(Report("9.0.0.1:1", Lie));
        Assert.False(Report("11.0.0.1:1", Truth));
        Assert.Equal(At(Truth), _vote.Address);
    }

    [Fact]
    public void AddressChanged_TheSecondReportOfTheNewOneDecides()
    {
        foreach (var by in new[] { "8.0.0.1:1", "9.0.0.1:1", "11.0.0.1:1" })
            Report(by, Truth);
        Assert.False(Report("12.0.0.1:1", Lie));
        Assert.True(Report("13.0.0.1:1", Lie));
        Assert.Equal(At(Lie), _vote.Address);
    }

    [Fact]
    public void ReportsThatAllDiffer_DecideNothing()
    {
        foreach (var by in new[] { "8.0.0.1:1", "9.0.0.1:1" })
            Report(by, Truth);
        for (var liar = 1; liar < 20; liar++)
            Assert.False(Report($"{10 + liar}.0.0.1:1", $"12.0.0.{liar}:1"));
        Assert.Equal(At(Truth), _vote.Address);
    }

    [Fact]
    public void OnlyTheLastThree_Count()
    {
        foreach (var by in new[] { "8.0.0.1:1", "9.0.0.1:1", "11.0.0.1:1", "12.0.0.1:1", "13.0.0.1:1" })
            Report(by, Truth);
        Assert.Equal(["13.0.0.1:1", "12.0.0.1:1", "11.0.0.1:1"], _vote.Reports.Select(report => report.By.ToString()));
    }

    [Fact]
    public void ManyAddressesOfOnePrefix_AreOneVote()
    {
        Report("8.0.0.1:1", Truth);
        for (var host = 1; host < 200; host++)
            Assert.False(Report($"9.0.0.{host}:1", Lie));
        Assert.Equal(At(Truth), _vote.Address);
        Assert.Equal(2, _vote.Reports.Count);
    }

    [Fact]
    public void NeighboursOnLoopback_NeedNoPrefixesOfTheirOwn()
    {
        Near("127.0.0.1:1001", "127.0.0.1:7");
        Near("127.0.0.1:1002", "127.0.0.1:8");
        Near("127.0.0.1:1003", "127.0.0.1:8");
        Assert.Equal(At("127.0.0.1:8"), _vote.Address);
        // But no node votes twice.
        Near("127.0.0.1:1003", "127.0.0.1:9");
        Near("127.0.0.1:1003", "127.0.0.1:9");
        Assert.Equal(3, _vote.Reports.Count);
    }

    [Fact]
    public void UnprovenReports_CountOnlyWithoutProvenOnes()
    {
        Report("8.0.0.1:1", Lie, isProven: false);
        Report("9.0.0.1:1", Lie, isProven: false);
        Assert.Equal(At(Lie), _vote.Address);
        Assert.True(Report("11.0.0.1:1", Truth));
        Assert.False(Report("12.0.0.1:1", Lie, isProven: false));
        Assert.Equal(At(Truth), _vote.Address);
        Assert.Single(_vote.Reports);
        _now += WanVote.ReportLife + 1;
        Assert.True(Report("12.0.0.1:1", Lie, isProven: false));
    }

    [Fact]
    public void ReportsOfTheHouse_GiveWayToThoseOfTheInternet()
    {
        Near("192.168.0.7:1", "192.168.0.2:4000");
        Assert.Equal(At("192.168.0.2:4000"), _vote.Address);
        Assert.True(Report("8.0.0.1:1", Truth));
        Assert.False(Near("192.168.0.8:1", "192.168.0.2:4000"));
        Assert.Equal(At(Truth), _vote.Address);
    }

    [Theory]
    [InlineData("192.168.0.1:9")]
    [InlineData("127.0.0.1:9")]
    [InlineData("224.0.0.1:9")]
    [InlineData("255.255.255.255:9")]
    [InlineData("[2a00::1]:9")]
    public void NonsenseFromTheInternet_IsNoReport(string seen)
    {
        Assert.False(Report("8.0.0.1:1", seen));
        Assert.Null(_vote.Address);
    }

    [Fact]
    public void EveryReportWithAnotherPort_LeavesTheAddressAsItIs()
    {
        Report("8.0.0.1:1", "203.0.113.5:1001");
        Report("9.0.0.1:1", "203.0.113.5:1002");
        Report("11.0.0.1:1", "203.0.113.5:1003");
        Assert.True(_vote.Address!.Value.SameAddress(At("203.0.113.5:1")));
        Report("12.0.0.1:1", "203.0.113.5:1003");
        Assert.Equal(At("203.0.113.5:1003"), _vote.Address);
    }

    private bool Report(string by, string seen, bool isProven = true) => _vote.Report(_now++, At(by), At(seen), isNear: false, isProven);

    private bool Near(string by, string seen) => _vote.Report(_now++, At(by), At(seen), isNear: true, isProven: true);

    private static Endpoint At(string text) => Endpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);
}
