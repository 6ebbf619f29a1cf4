using Kith.Crypto;

namespace Kith.Transport.Sessions;

/// <summary>What a finished handshake leaves: who the other node is, the keys of both directions, and what each side allows the other.</summary>
internal sealed record SessionKeys(
    bool IsInitiator, X25519PublicKey RemoteKey, RecordProtection Send, RecordProtection Receive, SessionParameters Local, SessionParameters Remote)
    : IDisposable
{
    public ReadOnlyMemory<byte> HandshakeHash { get; init; }

    public void Dispose()
    {
        Send.Dispose();
        Receive.Dispose();
    }
}
