namespace Kith.Messaging.Contacts;

/// <summary>Why a text is not a link that can be used.</summary>
public enum LinkError
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Nothing typed.</summary>
    Empty,

    /// <summary>Something else.</summary>
    NotALink,

    /// <summary>A link that lost or changed characters on its way.</summary>
    Damaged,

    /// <summary>A link of a later form.</summary>
    Newer,

    /// <summary>Whole, yet not what a link may hold: whoever made it was in error.</summary>
    Invalid,
}

/// <summary>What the user is told.</summary>
public static class LinkErrors
{
    /// <summary>One sentence for an error.</summary>
    public static string Sentence(LinkError error) => error switch
    {
        LinkError.Empty => "There is no link: paste the whole text that begins with kith:.",
        LinkError.NotALink => "That is not a Kith link: one begins with kith:.",
        LinkError.Damaged => "The link is cut off or mistyped: copy the whole of it again.",
        LinkError.Newer => "The link was made by a newer Kith: update this one to use it.",
        LinkError.Invalid => "The link is not valid: ask for a new one.",
        _ => "The link is fine.",
    };
}
