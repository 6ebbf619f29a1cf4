using Kith.Messaging;
using Kith.Node.Api.Access;
using Kith.Node.Api.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Kith.Node.Api.Endpoints;

/// <summary>The node itself: pages, status, settings, sessions, passphrase, export, stopping.</summary>
internal static class NodeEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/session", SignIn).WithName("openSession").WithSummary("Uses a page's one-time key up and sets the cookie.");
        api.MapPost("/pages", (INode node) => TypedResults.Ok(new Page(node.NewPage())))
            .WithName("createPage").WithSummary("Makes an address that opens the page once.");
        api.MapGet("/status", async (INode node) => TypedResults.Ok(await node.StatusAsync()))
            .WithName("getStatus").WithSummary("The node at a glance.");
        api.MapGet("/settings", async (INode node) => TypedResults.Ok(Shapes.Settings(await node.QueryAsync(m => m.Settings))))
            .WithName("getSettings").WithSummary("What the user has chosen.");
        api.MapPatch("/settings", ChangeSettingsAsync).WithName("changeSettings").WithSummary("Changes settings; what is left out stays.");
        api.MapGet("/peers", async (INode node) => TypedResults.Ok(new PeerList(await node.PeersAsync())))
            .WithName("listPeers").WithSummary("Every open session, then the nodes of the overlay.");
        api.MapGet("/network", async (INode node) => TypedResults.Ok(await node.NetworkAsync()))
            .WithName("getNetwork").WithSummary("What the node sees of the network.");
        api.MapGet("/room", (INode node) => TypedResults.Ok(node.Room()))
            .WithName("getRoom").WithSummary("Room for what others leave for those who are away.");
        api.MapPut("/room", (RoomOffer offer, INode node) => TypedResults.Ok(node.OfferRoom(offer.Offered)))
            .WithName("offerRoom").WithSummary("Offers room from now on; kept.");
        api.MapGet("/tor-entry", (INode node) => TypedResults.Ok(node.TorEntry()))
            .WithName("getTorEntry").WithSummary("An onion service of this node at which people come in who use Tor alone.");
        api.MapPut("/tor-entry", (TorEntryOffer offer, INode node) => TypedResults.Ok(node.OfferTorEntry(offer.Offered)))
            .WithName("offerTorEntry").WithSummary("Lets them in from now on, or no more; kept.");
        api.MapGet("/tor-ways", (INode node) => TypedResults.Ok(node.TorWays()))
            .WithName("getTorWays").WithSummary("Bridges into Tor's network, and entry points at onion addresses.");
        api.MapPatch("/tor-ways", async (TorWaysChange change, INode node, CancellationToken cancellationToken) => TypedResults.Ok(await node.ChangeTorWaysAsync(change, cancellationToken)))
            .WithName("changeTorWays").WithSummary("Others from now on, what is left out stays; kept. A Tor of the node's own starts again with other bridges.");
        api.MapPost("/find-secrets", async (FindSecretsIssue body, INode node) => TypedResults.Ok(await node.IssueFindSecretsAsync(body.Contacts)))
            .WithName("issueFindSecrets").WithSummary("Gives new find secrets to the chosen contacts; the others find us no more once we have moved.");
        api.MapGet("/doctor", async (INode node) => TypedResults.Ok(new DoctorReport(await node.ExamineAsync())))
            .WithName("examine").WithSummary("What works from here, and what to do about what does not.");
        api.MapPut("/passphrase", ChangePassphraseAsync).WithName("changePassphrase").WithSummary("Sets, changes or removes the vault's passphrase.");
        api.MapPost("/export", ExportAsync).WithName("exportAll").WithSummary("Everything as one encrypted file.")
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream");
        api.MapPost("/shutdown", Shutdown).WithName("shutdown").WithSummary("Stops the node.");
        api.MapGet("/qr", Qr).WithName("drawQr").WithSummary("A text as a QR code.").Produces<string>(StatusCodes.Status200OK, "image/svg+xml");
    }

    private static Ok<Done> SignIn(SessionRequest body, HttpContext context, PageSessions sessions, Origins origins)
    {
        if (sessions.Redeem(body.Key) is not { } cookie)
            throw new ApiException(StatusCodes.Status401Unauthorized, "This address of the page was used already or is not known; `kith page` gives a new one.");
        context.Response.Cookies.Append(origins.CookieName, cookie, new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = ApiServer.BasePath,
            MaxAge = PageSessions.Lifetime,
        });
        return TypedResults.Ok(new Done());
    }

    private static async Task<Ok<Types.Settings>> ChangeSettingsAsync(SettingsPatch patch, INode node) => TypedResults.Ok(Shapes.Settings(await node.InvokeAsync(m =>
    {
        m.ChangeSettings(Shapes.Apply(m.Settings, patch));
        return m.Settings;
    })));

    private static async Task<Ok<Done>> ChangePassphraseAsync(PassphraseChange change, INode node)
    {
        await node.ChangePassphraseAsync(change.Current, change.New);
        return TypedResults.Ok(new Done());
    }

    private static async Task ExportAsync(ExportRequest request, HttpContext context, INode node)
    {
        if (request.Passphrase.Length == 0)
            throw new MessengerException(MessengerError.Invalid, "An export needs a passphrase.");
        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers.ContentDisposition = "attachment; filename=\"kith-export.kith\"";
        context.Response.Headers.CacheControl = "no-store";
        await node.ExportAsync(context.Response.Body, request.Passphrase, context.RequestAborted);
    }

    private static Ok<Done> Shutdown(INode node)
    {
        node.RequestStop();
        return TypedResults.Ok(new Done());
    }

    private static ContentHttpResult Qr(string text)
    {
        if (text.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(text) > QrCode.MaxBytes)
            throw new MessengerException(MessengerError.Invalid, $"A QR code holds 1 to {QrCode.MaxBytes} bytes of text.");
        return TypedResults.Text(QrCode.Svg(text), "image/svg+xml");
    }
}
