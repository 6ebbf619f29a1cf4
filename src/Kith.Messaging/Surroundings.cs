using Kith.Crypto;
using Kith.Delivery;
using Kith.Messaging.Conversations;
using Kith.Wire;

namespace Kith.Messaging;

/// <summary>What every part of the messenger stands on: the stores, the world outside, the clock and randomness.</summary>
internal sealed class Surroundings(MessengerStores stores, IEffects effects, TimeProvider clock, IRandom random)
{
    public IRecordStore Records => stores.Records;

    public IMessageStore Messages => stores.Messages;

    public IOutboxStore Outbox => stores.Outbox;

    public IEffects Effects { get; } = effects;

    public IRandom Random { get; } = random;

    /// <summary>Unix milliseconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public MessageId NewMessageId()
    {
        Span<byte> bytes = stackalloc byte[MessageId.Size];
        Random.Fill(bytes);
        return MessageId.FromBytes(bytes);
    }
}
