namespace Kith.Wire.Dns;

/// <summary>Types of records (RFC 1035 section 3.2.2, RFC 3596, RFC 2782, RFC 8945).</summary>
public enum DnsType : ushort
{
    /// <summary>An IPv4 address.</summary>
    A = 1,

    /// <summary>A name server of a zone.</summary>
    NS = 2,

    /// <summary>The name's true name.</summary>
    CName = 5,

    /// <summary>The beginning of a zone.</summary>
    Soa = 6,

    /// <summary>An IPv6 address.</summary>
    Aaaa = 28,

    /// <summary>Where a service is.</summary>
    Srv = 33,

    /// <summary>The signature of a message.</summary>
    Tsig = 250,

    /// <summary>All types.</summary>
    Any = 255,
}

/// <summary>Classes (RFC 1035 section 3.2.4; RFC 2136 section 1.2 for what they mean in an update).</summary>
public enum DnsClass : ushort
{
    /// <summary>The internet.</summary>
    In = 1,

    /// <summary>In an update: must not be there, or is deleted.</summary>
    None = 254,

    /// <summary>Any; in an update: must be there, or all of it is deleted.</summary>
    Any = 255,
}

/// <summary>What a message is for (RFC 1035 section 4.1.1, RFC 2136 section 2.2).</summary>
public enum DnsOpcode
{
    /// <summary>A question.</summary>
    Query = 0,

    /// <summary>A dynamic update.</summary>
    Update = 5,
}

/// <summary>What became of a message (RFC 1035 section 4.1.1, RFC 2136 section 2.2, RFC 8945 section 3).</summary>
public enum DnsRcode
{
    /// <summary>Done.</summary>
    NoError = 0,

    /// <summary>The server could not read it.</summary>
    FormErr = 1,

    /// <summary>The server failed.</summary>
    ServFail = 2,

    /// <summary>There is no such name.</summary>
    NXDomain = 3,

    /// <summary>The server does not do this.</summary>
    NotImp = 4,

    /// <summary>The server will not.</summary>
    Refused = 5,

    /// <summary>A name is there that must not be.</summary>
    YXDomain = 6,

    /// <summary>Records are there that must not be.</summary>
    YXRRSet = 7,

    /// <summary>Records are not there that must be.</summary>
    NXRRSet = 8,

    /// <summary>Not the zone's primary, or the signature is not believed.</summary>
    NotAuth = 9,

    /// <summary>A name is not within the zone.</summary>
    NotZone = 10,

    /// <summary>TSIG: the signature is wrong.</summary>
    BadSig = 16,

    /// <summary>TSIG: the key is not known.</summary>
    BadKey = 17,

    /// <summary>TSIG: the times are too far apart.</summary>
    BadTime = 18,

    /// <summary>TSIG: the signature is cut too short.</summary>
    BadTrunc = 22,
}
