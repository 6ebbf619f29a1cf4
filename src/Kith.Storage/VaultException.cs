namespace Kith.Storage;

/// <summary>What is wrong with a home or its files.</summary>
public enum VaultFault
{
    /// <summary>No room, or no quota: the transaction is rolled back, everything committed before is there.</summary>
    DiskFull,

    /// <summary>A file is missing, cut, altered or of another kind: nothing in it was changed.</summary>
    Damaged,

    /// <summary>The passphrase is wrong, missing, or given where there is none.</summary>
    WrongPassphrase,

    /// <summary>Another process holds the home.</summary>
    InUse,

    /// <summary>Written by a newer version of Kith.</summary>
    TooNew,

    /// <summary>The folder or a file in it cannot be written or read.</summary>
    NotWritable,
}

/// <summary>A home that cannot be used as asked, with one clear sentence for the user.</summary>
public sealed class VaultException(VaultFault fault, string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    /// <summary>What kind of reason it is.</summary>
    public VaultFault Fault { get; } = fault;
}
