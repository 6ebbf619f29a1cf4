using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace Kith.Node.Api;

/// <summary>The page's files, which hold nothing of the user. Names under <c>assets/</c> carry their content's hash and never change; the rest is asked for anew.</summary>
internal static class PageFiles
{
    public static void Use(WebApplication application, string folder)
    {
        var files = new PhysicalFileProvider(folder);
        application.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        application.UseStaticFiles(new StaticFileOptions { FileProvider = files, OnPrepareResponse = SetCaching });
    }

    private static void SetCaching(StaticFileResponseContext response)
        => response.Context.Response.Headers.CacheControl = response.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal)
            ? "public, max-age=31536000, immutable"
            : "no-cache";
}
