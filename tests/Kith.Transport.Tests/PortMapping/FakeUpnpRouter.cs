using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kith.Crypto;
using Kith.Transport.PortMapping;
using Kith.Transport.PortMapping.Upnp;

namespace Kith.Transport.Tests.PortMapping;

/// <summary>A router on loopback that answers searches and HTTP as the test says.</summary>
internal sealed class FakeUpnpRouter : IAsyncDisposable
{
    private readonly FakeRouter _search;
    private readonly TcpListener _http = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public FakeUpnpRouter()
    {
        _http.Start();
        Location = $"http://127.0.0.1:{Port}/desc.xml";
        _search = new FakeRouter(_ => [Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: x\r\nLocation: {Location}\r\n\r\n")]);
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_http.LocalEndpoint).Port;

    /// <summary>What it answers searches with.</summary>
    public string Location { get; set; }

    /// <summary>What it answers to requests: the first line and the body.</summary>
    public Func<string, string, string> Answer { get; set; } = (_, _) => "";

    /// <summary>The bodies that came, with their first lines.</summary>
    public List<(string Line, string Body)> Heard { get; } = [];

    public UpnpRouter Router => new(_search.Exchange, _search.Exchange.Gateway, SystemRandom.Instance, TimeProvider.System);

    public static string Ok(string body, string status = "200 OK") => string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public static string Description(string type = "urn:schemas-upnp-org:service:WANIPConnection:1", string control = "/control") =>
        $"<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><deviceList><device><serviceList>"
        + "<service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/other</controlURL></service>"
        + $"<service><serviceType>{type}</serviceType><serviceId>x</serviceId><controlURL>{control}</controlURL></service></serviceList></device></deviceList></device></root>";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _http.Stop();
        await _search.DisposeAsync();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _http.AcceptTcpClientAsync(_stop.Token);
                try
                {
                    await TalkAsync(client);
                }
                catch (IOException)
                {
                    // The other side had enough.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        var line = await reader.ReadLineAsync(_stop.Token) ?? "";
        var length = 0;
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(header.Split(':')[1], CultureInfo.InvariantCulture);
        }

        var body = new char[length];
        if (length > 0)
            await reader.ReadBlockAsync(body, _stop.Token);
        lock (Heard)
            Heard.Add((line, new string(body)));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Answer(line, new string(body))), _stop.Token);
    }
}
