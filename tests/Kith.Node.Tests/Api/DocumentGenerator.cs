using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Kith.Node.Tests.Api;

/// <summary>How the API's document is generated from the endpoints.</summary>
internal static class DocumentGenerator
{
    private const string RefusalKey = "400";

    public static void Describe(IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Kith", Version = "1", Description = "The loopback API of a node; docs/protocol/api.md is its law." };
            document.Servers?.Clear();
            document.Tags?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            operation.Tags?.Clear();
            // Every refusal has the same body: said once, as the default answer.
            if (operation.Responses?.Remove(RefusalKey, out var refusal) == true)
            {
                if (refusal is OpenApiResponse plain)
                    plain.Description = "Not done; the detail is one clear sentence.";
                operation.Responses["default"] = refusal;
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type.IsEnum)
                schema.Type = JsonSchemaType.String;
            return Task.CompletedTask;
        });
    });
}
