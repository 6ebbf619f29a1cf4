namespace Kith.Wire.Bencode;

/// <summary>What stands next in a bencoded text (BEP 3).</summary>
public enum BencodeKind
{
    /// <summary>Nothing, or something that is not bencode.</summary>
    None,

    /// <summary><c>i-3e</c></summary>
    Integer,

    /// <summary><c>4:spam</c></summary>
    Bytes,

    /// <summary><c>l…e</c></summary>
    List,

    /// <summary><c>d…e</c></summary>
    Dictionary,

    /// <summary>The end of the list or dictionary.</summary>
    End,
}
