using System.Net;
using System.Text;
using Kith.Transport.PortMapping;
using Kith.Transport.PortMapping.Upnp;

namespace Kith.Transport.Tests.PortMapping;

/// <summary>Routers that speak UPnP: true ones with their ways, and hostile ones.</summary>
public sealed class UpnpTests
{
    private const string First = "urn:schemas-upnp-org:service:WANIPConnection:1";
    private const string Second = "urn:schemas-upnp-org:service:WANIPConnection:2";

    [Fact]
    public async Task FirstVersion_MapsThePortAskedForAndDeletesIt()
    {
        await using var router = new FakeUpnpRouter { Answer = Honest };
        var upnp = router.Router;
        var mapped = await upnp.MapAsync(isUdp: true, 7300, 7300, default);
        Assert.Equal(("20.1.1.1:7300", TimeSpan.FromHours(1)), (mapped!.External.ToString(), mapped.Lifetime));
        await upnp.UnmapAsync(mapped, 7300, default);
        Assert.Contains("<NewInternalClient>127.0.0.1</NewInternalClient>", router.Heard[2].Body, StringComparison.Ordinal);
        Assert.Contains("<NewExternalPort>7300</NewExternalPort><NewProtocol>UDP</NewProtocol>", router.Heard[3].Body, StringComparison.Ordinal);
        Assert.Contains("DeletePortMapping", router.Heard[3].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondVersion_GivesAnotherPortByItself()
    {
        await using var router = new FakeUpnpRouter { Answer = (line, body) => Serve(line, body, "<NewReservedPort>40001</NewReservedPort>", Second) };
        Assert.Equal("20.1.1.1:40001", (await router.Router.MapAsync(isUdp: true, 7300, 7300, default))!.External.ToString());
        Assert.Contains("AddAnyPortMapping", router.Heard[2].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortTaken_AnotherIsAskedFor()
    {
        var conflicts = 2;
        await using var router = new FakeUpnpRouter
        {
            Answer = (line, body) => body.Contains("AddPortMapping", StringComparison.Ordinal) && conflicts-- > 0 ? Error(718) : Honest(line, body),
        };
        var mapped = await router.Router.MapAsync(isUdp: false, 7300, 7300, default);
        Assert.NotEqual(7300, mapped!.External.Port);
        Assert.InRange(mapped.External.Port, 20_000, 60_000);
    }

    [Fact]
    public async Task OnlyPermanentLeases_AreTakenWithoutEnd()
    {
        await using var router = new FakeUpnpRouter
        {
            Answer = (line, body) => body.Contains("<NewLeaseDuration>3600<", StringComparison.Ordinal) ? Error(725) : Honest(line, body),
        };
        Assert.Equal(Timeout.InfiniteTimeSpan, (await router.Router.MapAsync(isUdp: true, 7300, 7300, default))!.Lifetime);
    }

    [Fact]
    public async Task RouterThatRefusesForEver_IsLeftAloneSoon()
    {
        await using var router = new FakeUpnpRouter { Answer = (line, body) => body.Contains("AddPortMapping", StringComparison.Ordinal) ? Error(718) : Honest(line, body) };
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
        Assert.Equal(6, router.Heard.Count);
    }

    [Theory]
    [InlineData("http://127.0.0.2:{0}/desc.xml")]
    [InlineData("http://localhost:{0}/desc.xml")]
    [InlineData("https://127.0.0.1:{0}/desc.xml")]
    [InlineData("http://user@127.0.0.1:{0}/desc.xml")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://8.8.8.8/desc.xml")]
    [InlineData("/desc.xml")]
    [InlineData("")]
    public async Task DescriptionElsewhere_IsNotFetched(string location)
    {
        await using var router = new FakeUpnpRouter { Answer = Honest };
        router.Location = string.Format(System.Globalization.CultureInfo.InvariantCulture, location, router.Port);
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
        Assert.Empty(router.Heard);
    }

    [Theory]
    [InlineData("http://8.8.8.8/control")]
    [InlineData("http://127.0.0.2:80/control")]
    [InlineData("//8.8.8.8/control")]
    [InlineData("https://127.0.0.1/control")]
    [InlineData("file:///control")]
    public async Task ControlElsewhere_IsNotAsked(string control)
    {
        await using var router = new FakeUpnpRouter { Answer = (_, _) => FakeUpnpRouter.Ok(FakeUpnpRouter.Description(First, control)) };
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
        Assert.Single(router.Heard);
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("302 Found")]
    [InlineData("307 Temporary Redirect")]
    public async Task Redirect_IsNotFollowed(string status)
    {
        await using var router = new FakeUpnpRouter();
        router.Answer = (line, _) => line.Contains("/desc.xml", StringComparison.Ordinal)
            ? $"HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:{router.Port}/other.xml\r\nContent-Length: 0\r\n\r\n"
            : FakeUpnpRouter.Ok(FakeUpnpRouter.Description());
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
        Assert.Single(router.Heard);
    }

    public static TheoryData<string, string> Documents => new()
    {
        { "entities that multiply", "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>" + FakeUpnpRouter.Description(First, "&c;")[21..] },
        { "entities from a file", "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + FakeUpnpRouter.Description(First, "&a;")[21..] },
        { "a DTD from elsewhere", "<?xml version=\"1.0\"?><!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\">" + FakeUpnpRouter.Description()[21..] },
        { "deep", string.Concat(Enumerable.Repeat("<a>", 40)) + FakeUpnpRouter.Description()[21..] + string.Concat(Enumerable.Repeat("</a>", 40)) },
        { "large", FakeUpnpRouter.Description().Replace("<device>", "<device><!--" + new string('x', 70_000) + "-->", StringComparison.Ordinal) },
        { "cut", FakeUpnpRouter.Description()[..^10] },
        { "another service", FakeUpnpRouter.Description("urn:schemas-upnp-org:service:WANIPConnection:9") },
        { "no XML", "hello" },
        { "nothing", "" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task HostileDescription_IsRefused(string what, string document)
    {
        await using var router = new FakeUpnpRouter { Answer = (_, _) => FakeUpnpRouter.Ok(document) };
        Assert.True(await router.Router.MapAsync(isUdp: true, 7300, 7300, default) is null, what);
        Assert.Single(router.Heard);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n<")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n<")]
    [InlineData("HTTP/9.9 200 OK\r\n\r\n")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task BrokenHttp_IsRefused(string answer)
    {
        await using var router = new FakeUpnpRouter { Answer = (_, _) => answer };
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
    }

    [Fact]
    public async Task HeadersWithoutEnd_AreRefused()
    {
        await using var router = new FakeUpnpRouter { Answer = (_, _) => "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("x: " + new string('y', 1000) + "\r\n", 100)) + "\r\n" };
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("2a00::1")]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    public async Task OuterAddressThatIsNone_MapsNothing(string address)
    {
        await using var router = new FakeUpnpRouter { Answer = (line, body) => Honest(line, body).Replace("20.1.1.1", address.PadRight(8), StringComparison.Ordinal) };
        Assert.Null(await router.Router.MapAsync(isUdp: true, 7300, 7300, default));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nLOCATION: http://127.0.0.1:1/\r\n\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nlocation:http://127.0.0.1/x\r\n", true)]
    [InlineData("HTTP/1.1 404 No\r\nLOCATION: http://127.0.0.1:1/\r\n\r\n", false)]
    [InlineData("NOTIFY * HTTP/1.1\r\nLOCATION: http://127.0.0.1:1/\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nST: x\r\n\r\n", false)]
    public void SearchAnswer_IsReadOrRefused(string answer, bool isOne) =>
        Assert.Equal(isOne, SearchMessage.TryRead(Encoding.ASCII.GetBytes(answer), IPAddress.Loopback, out _));

    private static string Honest(string line, string body) => Serve(line, body, "", First);

    private static string Serve(string line, string body, string reserved, string type)
    {
        if (line.StartsWith("GET", StringComparison.Ordinal))
            return FakeUpnpRouter.Ok(FakeUpnpRouter.Description(type));
        var inside = body.Contains("GetExternalIPAddress", StringComparison.Ordinal) ? "<NewExternalIPAddress>20.1.1.1</NewExternalIPAddress>" : reserved;
        return FakeUpnpRouter.Ok($"<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><u:Response xmlns:u=\"{type}\">{inside}</u:Response></s:Body></s:Envelope>");
    }

    private static string Error(int code) => FakeUpnpRouter.Ok(
        $"<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:Client</faultcode><detail><UPnPError xmlns=\"urn:schemas-upnp-org:control-1-0\"><errorCode>{code}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>",
        "500 Internal Server Error");
}
