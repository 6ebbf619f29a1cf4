#pragma warning disable RS0030 // the sockets towards routers; HttpClient here goes to one router alone, and nowhere that a redirect or a proxy says

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Kith.Transport.PortMapping.Upnp;

/// <summary>HTTP to a router: at one address alone, without redirects, cookies, proxies or names, and bounded in size and time.</summary>
internal sealed class GatewayHttp : IDisposable
{
    /// <summary>The largest answer, bytes.</summary>
    public const int MaxAnswer = DeviceDescription.MaxCharacters;

    private const int MaxHeaderKilobytes = 8;

    /// <summary>How long one exchange may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly HttpClient _client;
    private readonly IPAddress _gateway;
    private readonly TimeProvider _time;

    public GatewayHttp(IPAddress gateway, IPAddress local, TimeProvider time)
    {
        (_gateway, _time) = (gateway, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(gateway.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(local, 0));
                    await socket.ConnectAsync(new IPEndPoint(gateway, context.DnsEndPoint.Port), token).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        _client = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswer, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>Fetches a document; null when it is not at the router, not to be had, too large or too slow.</summary>
    public async Task<byte[]?> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, url, null, null, cancellationToken).ConfigureAwait(false);
        return status == HttpStatusCode.OK ? body : null;
    }

    /// <summary>Sends a SOAP request; the status is 200 or, for a refusal with a reason, 500.</summary>
    public Task<(HttpStatusCode Status, byte[]? Body)> PostAsync(Uri url, string action, string envelope, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, url, action, envelope, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<(HttpStatusCode Status, byte[]? Body)> SendAsync(HttpMethod method, Uri url, string? action, string? envelope, CancellationToken cancellationToken)
    {
        if (!SearchMessage.IsAt(url, _gateway))
            return default;
        using var deadline = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, url) { Version = HttpVersion.Version11 };
            request.Headers.ConnectionClose = true;
            if (envelope is not null)
            {
                request.Headers.TryAddWithoutValidation("SOAPAction", $"\"{action}\"");
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(envelope));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
            }

            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false));
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return default;
        }
    }
}
