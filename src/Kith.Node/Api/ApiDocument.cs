namespace Kith.Node.Api;

/// <summary>The OpenAPI 3.1 document, as it was generated from the endpoints: a native program cannot generate it, and a test sees to it that it is true.</summary>
internal static class ApiDocument
{
    private const string Resource = "openapi.json";

    public static Stream Open() => typeof(ApiDocument).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException("the API's document was not built in");
}
