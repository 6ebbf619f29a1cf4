namespace Kith.Mailbox.Hosting;

/// <summary>What a session to a holder is for: each use has one of its own, with a static key of its own, so that a holder cannot tell one from the other by it.</summary>
internal enum SessionUse
{
    /// <summary>HELLO, what is asked for our own boxes straight, and what others pass on for us.</summary>
    Own,

    /// <summary>What we pass on for others, and what we ask ourselves through several.</summary>
    Others,

    /// <summary>Looking after what is kept here.</summary>
    Repair,
}
