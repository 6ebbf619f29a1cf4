using Kith.Messaging;
using Kith.Node.Api.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Kith.Node.Api.Endpoints;

/// <summary>Contact links.</summary>
internal static class LinkEndpoints
{
    private const long MaxLifetime = 3650L * 24 * 3600 * 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/links", async (INode node) => TypedResults.Ok(new LinkList([.. (await node.QueryAsync(m => m.Links())).Select(Shapes.Link)])))
            .WithName("listLinks").WithSummary("The links that can still be used.");
        api.MapPost("/links", CreateAsync).WithName("createLink").WithSummary("Makes a link.");
        api.MapDelete("/links/{id}", RevokeAsync).WithName("revokeLink").WithSummary("Withdraws a link.");
    }

    private static async Task<Ok<Link>> CreateAsync(NewLink link, INode node, CancellationToken cancellationToken)
    {
        if (link.Uses < 0)
            throw new MessengerException(MessengerError.Invalid, "The number of uses cannot be negative.");
        if (link.Expires is < 0 or > MaxLifetime)
            throw new MessengerException(MessengerError.Invalid, "A link lives between 1 ms and ten years, or (0) for ever.");
        TimeSpan? lifetime = link.Expires == 0 ? null : TimeSpan.FromMilliseconds(link.Expires);
        await node.AwaitIntroducerAsync(cancellationToken);
        var made = await node.InvokeAsync(m => m.CreateLink(link.Uses, lifetime, link.Price));
        await node.AwaitLinkServiceAsync(cancellationToken);
        return TypedResults.Ok(Shapes.Link(made));
    }

    private static async Task<Ok<Done>> RevokeAsync(string id, INode node)
    {
        await node.InvokeAsync(m =>
        {
            m.RevokeLink(id);
            return true;
        });
        return TypedResults.Ok(new Done());
    }
}
