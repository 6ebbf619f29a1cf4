namespace Kith.Transport.Tor;

/// <summary>Tor, or its control port, refused or is gone. The message is one sentence for people.</summary>
public sealed class TorException : Exception
{
    /// <summary>What is wrong, in one sentence.</summary>
    public TorException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether the program is not there at all.</summary>
    public bool IsMissing { get; init; }
}
