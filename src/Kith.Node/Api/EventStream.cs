using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
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
            await GreetAsync(context);
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

    private async Task GreetAsync(HttpContext context)
    {
        var status = await node.StatusAsync();
        Begin(context, "hello");
        using (var text = new Utf8JsonWriter(context.Response.BodyWriter))
            JsonSerializer.Serialize(text, status, ApiJson.Default.Status);
        Append(context.Response.BodyWriter, "\n\n"u8);
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

    private static void Write(HttpContext context, NodeEvent happened)
    {
        Begin(context, happened.Type);
        using (var text = new Utf8JsonWriter(context.Response.BodyWriter))
            happened.WriteData(text);
        Append(context.Response.BodyWriter, "\n\n"u8);
    }

    private static void Begin(HttpContext context, string type)
    {
        Append(context.Response.BodyWriter, "event: "u8);
        Append(context.Response.BodyWriter, Encoding.ASCII.GetBytes(type));
        Append(context.Response.BodyWriter, "\ndata: "u8);
    }

    private static void Append(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(writer.GetSpan(bytes.Length));
        writer.Advance(bytes.Length);
    }
}
