using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Client;

/// <summary>Told what comes out of boxes, during calls of the core: must not call back into it.</summary>
public interface IReaderObserver
{
    /// <inheritdoc cref="IMailboxObserver.Arrived"/>
    void Arrived(ReadableBox box, IReadOnlyList<ArrivedEnvelope> envelopes);

    /// <inheritdoc cref="IMailboxObserver.ReadToEnd"/>
    void ReadToEnd(ReadableBox box, long since);
}
