namespace Kith.Transport.Tor.Control;

/// <summary>One whole reply, or one asynchronous event (status 650), of a control port (control-spec, section 2.3).</summary>
/// <param name="Status">Three digits.</param>
/// <param name="Lines">What each line says after the status and its separator, at least one; of a data block the lines follow it.</param>
internal sealed record ControlReply(int Status, IReadOnlyList<string> Lines)
{
    /// <summary>The status of "done" (control-spec, section 4).</summary>
    public const int Ok = 250;

    private const int FirstEvent = 600;

    /// <summary>Whether it answers no command.</summary>
    public bool IsEvent => Status >= FirstEvent;

    /// <summary>Whether what was asked was done: 250 to 252.</summary>
    public bool IsOk => Status is >= Ok and < 300;

    /// <summary>What follows <paramref name="prefix"/> in the first line that begins with it; null when none does.</summary>
    public string? After(string prefix)
    {
        foreach (var line in Lines)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return line[prefix.Length..];
        }

        return null;
    }
}
