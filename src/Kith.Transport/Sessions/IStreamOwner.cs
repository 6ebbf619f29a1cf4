namespace Kith.Transport.Sessions;

/// <summary>What a stream's two ends tell the session about what the room above did. The session locks, tells its core, and sends what follows.</summary>
internal interface IStreamOwner
{
    /// <summary>The output has bytes, or its end, to send.</summary>
    void OnFlushed(SessionStream stream);

    /// <summary>The input was read this far.</summary>
    void OnConsumed(SessionStream stream, long bytes);

    /// <summary>The input will not be read further; the code goes to the sender when it has not ended yet.</summary>
    void OnInputCompleted(SessionStream stream, ulong code);

    /// <summary>The output ends abnormally.</summary>
    void OnOutputReset(SessionStream stream, ulong code);
}
