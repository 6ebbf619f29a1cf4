using Kith.Wire;

namespace Kith.Transport.Udp;

/// <summary>A taker that may write into what it takes: packets are decrypted where they are.</summary>
internal interface IPacketTaker : IDatagramTaker
{
    /// <summary>Takes datagrams that came together, in the buffer of the receiving loop, which is the taker's until the call returns.</summary>
    void TakeOwned(Endpoint from, Span<byte> datagrams, int size);
}
