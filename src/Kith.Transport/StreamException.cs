namespace Kith.Transport;

/// <summary>One stream was reset or refused by one of its ends; the session and its other streams go on.</summary>
public sealed class StreamException : Exception
{
    /// <summary>A stream's abnormal end.</summary>
    /// <param name="code">The code on the wire; its meaning belongs to the room that owns the stream's kind. At most 2^62 - 1.</param>
    /// <param name="byRemote">True when the other node did it.</param>
    public StreamException(ulong code, bool byRemote)
        : base($"the stream was reset with code {code}{(byRemote ? " by the other node" : "")}")
    {
        Code = code;
        ByRemote = byRemote;
    }

    /// <summary>The code on the wire.</summary>
    public ulong Code { get; }

    /// <summary>True when the other node did it.</summary>
    public bool ByRemote { get; }
}
