namespace Kith.Node.Api;

/// <summary>A call that is answered with this status and sentence.</summary>
internal sealed class ApiException(int status, string sentence) : Exception(sentence)
{
    public int Status { get; } = status;
}
