using Kith.Crypto;

namespace Kith.Storage;

/// <summary>Which vault to open and how.</summary>
public sealed record VaultOptions
{
    /// <summary>The home: the folder of <c>vault.db</c>, <c>vault.key</c> and <c>lock</c>. Created (mode 0700) when it is not there.</summary>
    public required string Home { get; init; }

    /// <summary>What the vault key is wrapped with; null for a home without a passphrase.</summary>
    public string? Passphrase { get; init; }

    /// <summary>The clock that old marks are pruned by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Keys, salts and nonces.</summary>
    public IRandom Random { get; init; } = SystemRandom.Instance;

    /// <summary>Never the passphrase.</summary>
    public override string ToString() => $"VaultOptions {{ Home = {Home} }}";
}
