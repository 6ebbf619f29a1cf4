namespace Kith.Transport;

/// <summary>A session ended, or could not be made. Everything on it ends with it.</summary>
public sealed class SessionException : Exception
{
    /// <summary>The end of a session as an exception.</summary>
    public SessionException(SessionClose close, Exception? inner = null)
        : base($"{close.Reason} ({close.Code}{(close.ByRemote ? ", said by the other node" : "")})", inner) => Close = close;

    /// <summary>A local end.</summary>
    public SessionException(SessionErrorCode code, string reason, Exception? inner = null)
        : this(new SessionClose(code, ByRemote: false, reason), inner)
    {
    }

    /// <summary>How it ended.</summary>
    public SessionClose Close { get; }

    /// <summary>The code of <see cref="Close"/>.</summary>
    public SessionErrorCode Code => Close.Code;
}
