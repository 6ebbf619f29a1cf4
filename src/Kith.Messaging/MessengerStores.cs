using Kith.Delivery;
using Kith.Messaging.Conversations;

namespace Kith.Messaging;

/// <summary>Where a messenger keeps everything: all within one transaction of the node loop.</summary>
public sealed record MessengerStores(IRecordStore Records, IMessageStore Messages, IOutboxStore Outbox);
