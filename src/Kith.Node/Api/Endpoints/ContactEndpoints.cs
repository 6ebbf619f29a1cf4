using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Kith.Node.Api.Endpoints;

/// <summary>Contacts and requests.</summary>
internal sealed class ContactEndpoints
{
    /// <summary>The longest that a call waits, in milliseconds.</summary>
    public const int MaxTimeout = 24 * 3600 * 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/contacts", ListAsync).WithName("listContacts").WithSummary("All contacts, requests and blocked ones, most recent conversation first.");
        api.MapPost("/contacts", AddAsync).WithName("addContact").WithSummary("Adds the maker of a link; waits until they know, or goes on in the background.");
        api.MapGet("/contacts/{contact}", GetAsync).WithName("getContact").WithSummary("A contact by name, id or unambiguous start of an id.");
        api.MapDelete("/contacts/{contact}", DeleteAsync).WithName("deleteContact").WithSummary("Deletes a contact with everything written, on this side.");
        api.MapPatch("/contacts/{contact}", ChangeAsync).WithName("changeContact").WithSummary("Renames, mutes, blocks; sets the draft, how long messages live, or an exception from the privacy setting.");
        api.MapPost("/contacts/{contact}/accept", AcceptAsync).WithName("acceptContact").WithSummary("Accepts a request.");
        api.MapPost("/contacts/{contact}/refuse", RefuseAsync).WithName("refuseContact").WithSummary("Refuses a request and forgets it.");
        api.MapPost("/contacts/{contact}/lookup", async (string contact, INode node, HttpContext context) => TypedResults.Ok(await node.LookupAsync(Named(contact), context.RequestAborted)))
            .WithName("lookUpContact").WithSummary("Finds the contact's current addresses through the overlay, and calls them.");
        api.MapGet("/contacts/{contact}/safety-number", SafetyNumberAsync).WithName("getSafetyNumber").WithSummary("The number to compare.");
        api.MapPut("/contacts/{contact}/verified", VerifyAsync).WithName("setVerified").WithSummary("Marks a contact as compared or not.");
    }

    private static async Task<Ok<ContactList>> ListAsync(INode node)
        => TypedResults.Ok(new ContactList([.. (await node.QueryAsync(m => m.Contacts())).Select(c => Shapes.Contact(c, node.Board))]));

    private static async Task<Ok<Contact>> AddAsync(NewContact body, INode node, TimeProvider time, HttpContext context)
    {
        if (body.Timeout is < 0 or > MaxTimeout)
            throw new MessengerException(MessengerError.Invalid, "A timeout lies between 0 and one day.");
        using var queue = node.Events.Subscribe(EventStream.Capacity);
        var contact = await node.InvokeAsync(m => m.AddContact(body.Link, body.Name, Shapes.Level(body.PrivacyException)));
        if (contact.State == Messaging.ContactState.Connecting && body.Timeout > 0)
            contact = await SettledAsync(contact, queue, TimeSpan.FromMilliseconds(body.Timeout), time, context.RequestAborted);
        return TypedResults.Ok(Shapes.Contact(contact, node.Board));
    }

    /// <summary>The contact when its state has left <c>connecting</c>, or as it was when the time is over.</summary>
    private static async Task<ContactView> SettledAsync(ContactView contact, EventQueue queue, TimeSpan timeout, TimeProvider time, CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        try
        {
            await foreach (var happened in queue.Reader.ReadAllAsync(either.Token))
            {
                if (happened is NodeEvent.Messaging { What: MessengerEvent.ContactChanged { Contact: var now } } && now.Id == contact.Id && now.State != contact.State)
                    return now;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // It goes on in the background.
        }

        return contact;
    }

    private static async Task<Ok<Contact>> GetAsync(string contact, INode node)
        => TypedResults.Ok(Shapes.Contact(await node.QueryAsync(m => m.ResolveContact(Named(contact))), node.Board));

    private static async Task<Ok<Done>> DeleteAsync(string contact, INode node)
    {
        await node.InvokeAsync(m =>
        {
            m.DeleteContact(m.ResolveContact(Named(contact)).Id);
            return true;
        });
        return TypedResults.Ok(new Done());
    }

    private static async Task<Ok<Contact>> ChangeAsync(string contact, ContactPatch patch, INode node)
        => TypedResults.Ok(Shapes.Contact(await node.InvokeAllAsync(m => Change(m, contact, patch)), node.Board));

    private static ContactView Change(IMessenger messenger, string contact, ContactPatch patch)
    {
        var id = messenger.ResolveContact(Named(contact)).Id;
        if (patch.Name is { } name)
            messenger.Rename(id, name);
        if (patch.Muted is { } muted)
            messenger.SetMuted(id, muted);
        if (patch.Blocked is { } blocked)
            messenger.SetBlocked(id, blocked);
        if (patch.DisappearAfter is { } after)
            messenger.SetDisappearing(id, after);
        if (patch.PrivacyException is { } exception)
            messenger.SetPrivacy(id, Shapes.Level(exception));
        if (patch.Draft is { } draft)
            messenger.SetDraft(id, draft);
        return messenger.ResolveContact(id.ToString());
    }

    private static async Task<Ok<Contact>> AcceptAsync(string contact, INode node) => TypedResults.Ok(Shapes.Contact(
        await node.InvokeAsync(m =>
        {
            var id = m.ResolveContact(Named(contact)).Id;
            m.AcceptRequest(id);
            return m.ResolveContact(id.ToString());
        }),
        node.Board));

    private static async Task<Ok<Done>> RefuseAsync(string contact, INode node)
    {
        await node.InvokeAsync(m =>
        {
            m.RefuseRequest(m.ResolveContact(Named(contact)).Id);
            return true;
        });
        return TypedResults.Ok(new Done());
    }

    private static async Task<Ok<SafetyNumber>> SafetyNumberAsync(string contact, INode node)
    {
        var number = await node.QueryAsync(m => m.SafetyNumber(m.ResolveContact(Named(contact)).Id));
        return TypedResults.Ok(new SafetyNumber(number.Contact.ToString(), number.SafetyNumber, number.Verified));
    }

    private static async Task<Ok<Contact>> VerifyAsync(string contact, Verification body, INode node) => TypedResults.Ok(Shapes.Contact(
        await node.InvokeAsync(m =>
        {
            var id = m.ResolveContact(Named(contact)).Id;
            m.SetVerified(id, body.Verified);
            return m.ResolveContact(id.ToString());
        }),
        node.Board));

    /// <summary>The contact as the caller named it: Kestrel leaves an encoded slash encoded (RFC 3986 §2.2).</summary>
    internal static string Named(string contact) => contact.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
