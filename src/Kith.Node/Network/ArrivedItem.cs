using Kith.Mailbox;
using Kith.Node.Loop;

namespace Kith.Node.Network;

/// <summary>Envelopes out of boxes on their way into the vault. The mailbox tells each but once in a run, so whoever brings them hears when they were not committed.</summary>
/// <param name="envelopes">The envelopes.</param>
/// <param name="take">Takes them, inside the transaction.</param>
/// <param name="notTaken">Told that nothing of them is kept, and why.</param>
internal sealed class ArrivedItem(IReadOnlyList<ArrivedEnvelope> envelopes, Action take, Action<Exception> notTaken) : WorkItem
{
    /// <inheritdoc/>
    public override int Size => envelopes.Sum(static one => one.Envelope.Length);

    /// <inheritdoc/>
    public override void Run() => take();

    /// <inheritdoc/>
    public override void Fail(Exception reason) => notTaken(reason);
}
