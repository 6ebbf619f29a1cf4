using Kith.Mailbox.Boxes;
using Kith.Wire;

namespace Kith.Mailbox.Client;

/// <summary>Told what became of parcels, during calls of the core: must not call back into it.</summary>
public interface IWriterObserver
{
    /// <inheritdoc cref="IMailboxObserver.Stored"/>
    void Stored(WritableBox box, IReadOnlyList<MessageId> parcels);

    /// <inheritdoc cref="IMailboxObserver.Refused"/>
    void Refused(WritableBox box, IReadOnlyList<MessageId> parcels, string why);
}
