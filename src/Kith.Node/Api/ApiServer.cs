using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kith.Node.Api.Access;
using Kith.Node.Api.Endpoints;
using Kith.Node.Api.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kith.Node.Api;

/// <summary>The loopback API and the page's files, on one port of the loopback interface.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    /// <summary>Where the calls stand.</summary>
    public const string BasePath = "/api/v1";

    /// <summary>Bytes in the body of a call.</summary>
    public const int MaxBody = 256 * 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly Origins _origins;

    private ApiServer(WebApplication application, Origins origins) => (_application, _origins) = (application, origins);

    /// <summary>The port that was taken.</summary>
    public int Port => _origins.Port;

    /// <summary>Starts on <paramref name="endpoint"/>, whose port may be 0.</summary>
    /// <param name="node">What is called.</param>
    /// <param name="sessions">Who may call.</param>
    /// <param name="endpoint">Where, on loopback.</param>
    /// <param name="preferredPort">The port to take instead of any when the endpoint's is 0; any when it is in use, or 0 itself.</param>
    /// <param name="pageFolder">The page's files; the API works without them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures that are defects are written.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeStartException">The port is in use.</exception>
    public static async Task<ApiServer> StartAsync(
        INode node, PageSessions sessions, IPEndPoint endpoint, int preferredPort, string pageFolder, TimeProvider time, TextWriter? log, CancellationToken cancellationToken)
    {
        if (endpoint.Port == 0 && preferredPort != 0)
        {
            try
            {
                return await StartAsync(node, sessions, new IPEndPoint(endpoint.Address, preferredPort), 0, pageFolder, time, log, cancellationToken);
            }
            catch (NodeStartException)
            {
                // Somebody else has it now.
            }
        }

        var origins = new Origins();
        var application = Create(node, sessions, origins, endpoint, pageFolder, time, log);
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await application.DisposeAsync();
            throw new NodeStartException($"The port of {endpoint} is in use by another program.", e);
        }

        origins.Bind(new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);
        return new ApiServer(application, origins);
    }

    /// <summary>The application, not started.</summary>
    /// <param name="more">Services besides its own, for who describes its calls.</param>
    internal static WebApplication Create(
        INode node, PageSessions sessions, Origins origins, IPEndPoint endpoint, string pageFolder, TimeProvider time, TextWriter? log, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
            // There are no settings files: no thread shall watch for them.
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        });
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        if (log is not null)
            builder.Logging.AddProvider(new LineLog(log));
        builder.WebHost.ConfigureKestrel(kestrel => Limit(kestrel, endpoint));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton(node).AddSingleton(sessions).AddSingleton(time).AddSingleton(origins).AddSingleton<EventStream>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<JsonOptions>(json => Strictly(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        more?.Invoke(builder.Services);
        var application = builder.Build();
        Map(application, pageFolder);
        return application;
    }

    private static void Limit(KestrelServerOptions kestrel, IPEndPoint endpoint)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBody;
        kestrel.Limits.MaxConcurrentConnections = 2 * AccessGate.MaxRequests;
        kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void Strictly(JsonSerializerOptions json)
    {
        json.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        json.NumberHandling = JsonNumberHandling.Strict;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
    }

    private static void Map(WebApplication application, string pageFolder)
    {
        application.UseMiddleware<AccessGate>();
        application.UseMiddleware<Problems>();
        if (Directory.Exists(pageFolder))
            PageFiles.Use(application, pageFolder);
        else
            application.MapGet("/", () => "The page is not built; the API works. `./kith` builds both.").ExcludeFromDescription();
        application.UseRouting();
        var api = application.MapGroup(BasePath);
        api.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(Problem), [Problems.ContentType]));
        NodeEndpoints.Map(api);
        LinkEndpoints.Map(api);
        ContactEndpoints.Map(api);
        MessageEndpoints.Map(api);
        api.MapGet("/events", (HttpContext context, EventStream events, IHostApplicationLifetime lifetime) => events.WriteAsync(context, lifetime.ApplicationStopping))
            .WithName("listen").WithSummary("Server-sent events.").Produces<Types.Events>(StatusCodes.Status200OK, "text/event-stream");
        application.MapGet(BasePath + "/openapi.json", static () => Results.Stream(ApiDocument.Open(), "application/json")).ExcludeFromDescription();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopTimeout);
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }
}
