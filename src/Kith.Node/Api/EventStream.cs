using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Node.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kith.Node.Api;

/// <summary>Server-sent events (WHATWG HTML §9.2): one queue and one writer per listener.</summary>
internal sealed class EventStream(INode node, TimeProvider time)
{
    /// <summary>How far a client may be behind before it is cut.</summary>
    public const int Capacity = 1024;

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public async Task WriteAsync(HttpContext context, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        // Subscribed before the greeting, so that nothing falls between it and the first event.
        using var queue = node.Events.Subscribe(Capacity);
        try
        {
            Write(context, "hello", await node.StatusAsync(), ApiJson.Default.Status);
            await context.Response.BodyWriter.FlushAsync(either.Token);
            while (await WaitAsync(queue, context, either.Token))
            {
                while (queue.Reader.TryRead(out var happened))
                    Write(context, happened);
                await context.Response.BodyWriter.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The client went away, or the node stops: either way the stream ends.
        }
    }

    private async Task<bool> WaitAsync(EventQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var ready = queue.Reader.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            try
            {
                return await ready.WaitAsync(KeepAlive, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                await context.Response.BodyWriter.WriteAsync(": still here\n\n"u8.ToArray(), cancellationToken);
            }
        }
    }

    private void Write(HttpContext context, NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.Presence e:
                Write(context, "presence", new PresenceEvent(e.Contact.ToString(), e.Online), ApiJson.Default.PresenceEvent);
                break;
            case NodeEvent.Messaging { What: var what }:
                Write(context, what);
                break;
        }
    }

    private void Write(HttpContext context, MessengerEvent what)
    {
        switch (what)
        {
            case MessengerEvent.MessageChanged e:
                Write(context, "message", new MessageEvent(Shapes.Message(e.Message, node.Board), e.IsNew), ApiJson.Default.MessageEvent);
                break;
            case MessengerEvent.MessageRemoved e:
                Write(context, "messageRemoved", new MessageRemovedEvent(e.Contact.ToString(), e.Id.ToString()), ApiJson.Default.MessageRemovedEvent);
                break;
            case MessengerEvent.ContactChanged e:
                Write(context, "contact", Shapes.Contact(e.Contact, node.Board), ApiJson.Default.Contact);
                break;
            case MessengerEvent.ContactRemoved e:
                Write(context, "contactRemoved", new ContactRemovedEvent(e.Contact.ToString()), ApiJson.Default.ContactRemovedEvent);
                break;
            case MessengerEvent.Typing e:
                Write(context, "typing", new TypingEvent(e.Contact.ToString(), e.Active), ApiJson.Default.TypingEvent);
                break;
            case MessengerEvent.SettingsChanged e:
                Write(context, "settings", Shapes.Settings(e.Settings), ApiJson.Default.Settings);
                break;
        }
    }

    private static void Write<T>(HttpContext context, string type, T data, JsonTypeInfo<T> json)
    {
        var writer = context.Response.BodyWriter;
        Append(writer, "event: "u8);
        Append(writer, System.Text.Encoding.ASCII.GetBytes(type));
        Append(writer, "\ndata: "u8);
        using (var text = new Utf8JsonWriter(writer))
            JsonSerializer.Serialize(text, data, json);
        Append(writer, "\n\n"u8);
    }

    private static void Append(System.IO.Pipelines.PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(writer.GetSpan(bytes.Length));
        writer.Advance(bytes.Length);
    }
}
