namespace Kith.Messaging;

/// <summary>Why a command could not be done. The API and the exit status are chosen by it.</summary>
public enum MessengerError
{
    /// <summary>The input is not what it must be: a bad link, an empty text, a bad name.</summary>
    Invalid,

    /// <summary>Something was named that does not exist.</summary>
    NotFound,

    /// <summary>It cannot be done in the present state: a used-up link, a blocked contact.</summary>
    Conflict,

    /// <summary>Over a limit.</summary>
    TooLarge,
}

/// <summary>A command that cannot be done, with one clear sentence for the user.</summary>
public sealed class MessengerException(MessengerError error, string sentence) : Exception(sentence)
{
    /// <summary>What kind of reason it is.</summary>
    public MessengerError Error { get; } = error;
}
