using Kith.Storage;

namespace Kith.Node;

/// <summary>A node that cannot start as asked, with one clear sentence for the user.</summary>
public sealed class NodeStartException(string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    /// <summary>Whether another passphrase may help.</summary>
    public bool NeedsPassphrase => InnerException is VaultException { Fault: VaultFault.WrongPassphrase };
}
