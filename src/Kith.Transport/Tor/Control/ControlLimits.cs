namespace Kith.Transport.Tor.Control;

/// <summary>What a control port may make us hold; docs/protocol/tor.md lists it. All of it is ours to choose.</summary>
public static class ControlLimits
{
    /// <summary>The longest line, bytes.</summary>
    public const int MaxLine = 16 * 1024;

    /// <summary>The most lines in one reply: a list of all circuits, of which others can make many.</summary>
    public const int MaxLines = 16 * 1024;

    /// <summary>The most text in one reply, bytes.</summary>
    public const int MaxReply = 4 * 1024 * 1024;

    /// <summary>Commands that may wait for their reply at once.</summary>
    public const int MaxWaiting = 64;

    /// <summary>How long a command's reply is waited for: then the control port counts as gone.</summary>
    public static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(30);
}
