using System.Text.Json;
using Kith.Messaging;
using Kith.Node.Api.Types;
using Kith.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Kith.Node.Api;

/// <summary>Errors as <c>application/problem+json</c> with one clear sentence.</summary>
internal sealed class Problems(RequestDelegate next, ILogger<Problems> log)
{
    public const string ContentType = "application/problem+json";

    public static async Task WriteAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-store";
        var body = JsonSerializer.SerializeToUtf8Bytes(new Problem(status, ReasonPhrases.GetReasonPhrase(status), sentence), ApiJson.Default.Problem);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: nobody to tell.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var (status, sentence) = Describe(failure);
            if (status == StatusCodes.Status500InternalServerError)
                log.LogError(failure, "a call failed");
            await WriteAsync(context, status, sentence);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
            await WriteAsync(context, context.Response.StatusCode, Plain(context.Response.StatusCode));
    }

    private static (int Status, string Sentence) Describe(Exception failure) => failure switch
    {
        MessengerException e => (Status(e.Error), e.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (StatusCodes.Status413PayloadTooLarge, Plain(StatusCodes.Status413PayloadTooLarge)),
        BadHttpRequestException e => (e.StatusCode, "The request is not what this call takes: " + FirstSentence(e.InnerException?.Message ?? e.Message)),
        VaultException e => (Status(e.Fault), e.Message),
        ApiException e => (e.Status, e.Message),
        NodeStoppedException e => (StatusCodes.Status503ServiceUnavailable, e.Message),
        _ => (StatusCodes.Status500InternalServerError, "Something went wrong inside the node; its log says more."),
    };

    private static int Status(MessengerError error) => error switch
    {
        MessengerError.Invalid => StatusCodes.Status400BadRequest,
        MessengerError.NotFound => StatusCodes.Status404NotFound,
        MessengerError.Conflict => StatusCodes.Status409Conflict,
        MessengerError.TooLarge => StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static int Status(VaultFault fault) => fault switch
    {
        VaultFault.DiskFull => StatusCodes.Status507InsufficientStorage,
        VaultFault.WrongPassphrase => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static string Plain(int status) => status switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take that method.",
        StatusCodes.Status413PayloadTooLarge => "The request is larger than 256 KiB.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be JSON.",
        _ => ReasonPhrases.GetReasonPhrase(status) + ".",
    };

    private static string FirstSentence(string text)
    {
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? text : text[..(end + 1)];
    }
}
