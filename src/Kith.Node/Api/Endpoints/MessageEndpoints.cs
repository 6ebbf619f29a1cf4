using Kith.Delivery;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kith.Node.Api.Endpoints;

/// <summary>Conversations.</summary>
internal static class MessageEndpoints
{
    /// <summary>Messages in one answer.</summary>
    public const int MaxPage = 200;

    private const string ForMe = "me";
    private const string ForEveryone = "everyone";
    private const int DefaultPage = 50;
    private const int MaxQueryLength = 1000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/contacts/{contact}/messages", HistoryAsync).WithName("listMessages").WithSummary("A page of the conversation, oldest first.");
        api.MapPost("/contacts/{contact}/messages", SendAsync).WithName("sendMessage").WithSummary("Commits a message and waits until it has come as far as wanted.");
        api.MapPatch("/contacts/{contact}/messages/{id}", EditAsync).WithName("editMessage").WithSummary("Replaces the text of a message of ours, on both sides.");
        api.MapDelete("/contacts/{contact}/messages/{id}", DeleteAsync).WithName("deleteMessage").WithSummary("Deletes a message here, or on both sides.");
        api.MapPut("/contacts/{contact}/messages/{id}/reaction", ReactAsync).WithName("setReaction").WithSummary("Sets our one reaction; null takes it back.");
        api.MapPost("/contacts/{contact}/read", MarkReadAsync).WithName("markRead").WithSummary("Marks everything up to a message as seen.");
        api.MapPost("/contacts/{contact}/typing", MarkTypingAsync).WithName("setTyping").WithSummary("Tells the other side that we write, or stopped.");
        api.MapGet("/search", SearchAsync).WithName("search").WithSummary("Messages that hold every word, newest first.");
    }

    private static async Task<Ok<MessagePage>> HistoryAsync(string contact, string? before, string? after, int? limit, INode node)
    {
        var count = Limit(limit);
        var (id, history) = await node.QueryAsync(m =>
        {
            var found = Resolve(m, contact);
            return (found, m.History(found, OptionalId(before), OptionalId(after), count));
        });
        // The newest page is what opens a conversation.
        if (before is null && after is null && !node.Board.IsOnline(id))
            node.Await(id);
        return TypedResults.Ok(new MessagePage([.. history.Messages.Select(message => Shapes.Message(message, node.Board))], history.More));
    }

    private static async Task<Ok<SentMessage>> SendAsync(string contact, NewMessage body, INode node, TimeProvider time, HttpContext context)
    {
        if (body.Timeout is < 0 or > ContactEndpoints.MaxTimeout)
            throw new MessengerException(MessengerError.Invalid, "A timeout lies between 0 and one day.");
        if (body.Wait == MessageState.Received)
            throw new MessengerException(MessengerError.Invalid, "One waits for waiting, sent, stored, delivered or read.");
        var begun = time.GetTimestamp();
        var route = Shapes.Route(body.Route);
        var replyTo = OptionalId(body.ReplyTo);
        Task<MessageView?>? progress = null;
        var sent = await node.InvokeAsync(m =>
        {
            var to = Resolve(m, contact);
            var message = m.SendText(to, body.Text, replyTo, route);
            // Armed on the loop, before any event about the message can be published.
            if (body.Wait > Shapes.State(message.State) && body.Timeout > 0)
                progress = node.Events.MessageAsync(message.Id, Shapes.State(body.Wait), TimeSpan.FromMilliseconds(body.Timeout), time, context.RequestAborted);
            return message;
        });
        if (progress is not null)
            sent = await progress ?? await node.QueryAsync(m => m.Message(sent.Id)) ?? sent;
        var shown = Shapes.Message(sent, node.Board);
        return TypedResults.Ok(new SentMessage(shown.Id, shown.State, shown.Route, time.GetElapsedTime(begun).TotalMilliseconds, shown, shown.State == MessageState.Waiting ? node.WhyNot(sent.Contact, route) : null));
    }

    private static async Task<Ok<Message>> EditAsync(string contact, string id, TextEdit body, INode node)
        => TypedResults.Ok(Shapes.Message(await node.InvokeAsync(m => m.EditText(Resolve(m, contact), Id(id), body.Text)), node.Board));

    private static async Task<Ok<Done>> DeleteAsync(string contact, string id, [FromQuery(Name = "for")] string? whom, INode node)
    {
        if (whom is not (null or ForMe or ForEveryone))
            throw new MessengerException(MessengerError.Invalid, $"A message is deleted for {ForMe} or for {ForEveryone}.");
        await node.InvokeAsync(m =>
        {
            m.DeleteMessage(Resolve(m, contact), Id(id), whom == ForEveryone);
            return true;
        });
        return TypedResults.Ok(new Done());
    }

    private static async Task<Ok<Message>> ReactAsync(string contact, string id, ReactionChange body, INode node)
        => TypedResults.Ok(Shapes.Message(await node.InvokeAsync(m => m.React(Resolve(m, contact), Id(id), body.Emoji)), node.Board));

    private static async Task<Ok<Done>> MarkReadAsync(string contact, ReadMark body, INode node)
    {
        await node.InvokeAsync(m =>
        {
            m.MarkRead(Resolve(m, contact), Id(body.UpTo));
            return true;
        });
        return TypedResults.Ok(new Done());
    }

    private static async Task<Ok<Done>> MarkTypingAsync(string contact, TypingMark body, INode node)
    {
        await node.InvokeAsync(m =>
        {
            m.SetTyping(Resolve(m, contact), body.Active);
            return true;
        });
        return TypedResults.Ok(new Done());
    }

    private static async Task<Ok<SearchResult>> SearchAsync(string q, string? contact, int? limit, INode node, HttpContext context)
    {
        if (q.Length > MaxQueryLength)
            throw new MessengerException(MessengerError.TooLarge, $"A search has at most {MaxQueryLength} characters.");
        var found = await node.SearchAsync(q, contact, Limit(limit), context.RequestAborted);
        return TypedResults.Ok(new SearchResult([.. found.Select(message => Shapes.Message(message, node.Board))]));
    }

    private static int Limit(int? limit) => limit switch
    {
        null => DefaultPage,
        >= 1 and <= MaxPage => limit.Value,
        _ => throw new MessengerException(MessengerError.Invalid, $"The limit lies between 1 and {MaxPage}."),
    };

    private static AccountId Resolve(IMessenger messenger, string contact) => messenger.ResolveContact(ContactEndpoints.Named(contact)).Id;

    private static MessageId Id(string text) => MessageId.TryParse(text, out var id)
        ? id
        : throw new MessengerException(MessengerError.NotFound, "There is no message of this id.");

    private static MessageId? OptionalId(string? text) => text is null ? null : Id(text);
}
