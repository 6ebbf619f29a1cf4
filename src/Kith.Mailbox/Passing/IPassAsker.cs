using Kith.Mailbox.Wire;
using Kith.Wire;

namespace Kith.Mailbox.Passing;

/// <summary>A client that has requests passed on. Calls return at once.</summary>
internal interface IPassAsker
{
    /// <summary>The stream that it asks over: what is bounded is bounded for all that ask over it together.</summary>
    IPassAsker Stream { get; }

    /// <summary>Where it is; null where that is not known.</summary>
    Endpoint? From { get; }

    /// <summary>Whether it is on a network of ours.</summary>
    bool IsNear { get; }

    /// <summary>Answers a PASS; not for the first time when news go on.</summary>
    void TellPassed(ulong number, PassAnswer answer, bool isFirst);

    /// <summary>Counts a pass that goes on, or one that has ended.</summary>
    void CountPass(bool isBegun);
}
