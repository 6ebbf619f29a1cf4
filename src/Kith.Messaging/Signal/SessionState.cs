using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>One Double Ratchet with one peer. Mutable and single-threaded; only a message that was opened changes it, after everything that can fail.</summary>
internal sealed class SessionState
{
    /// <summary>Receiving chains kept (libsignal, MAX_RECEIVER_CHAINS).</summary>
    public const int MaxReceiverChains = 5;

    /// <summary>Without an answer for this long a session is no longer written to (libsignal, MAX_UNACKNOWLEDGED_SESSION_AGE): 30 days.</summary>
    public const long MaxUnacknowledgedMilliseconds = 30L * 24 * 60 * 60 * 1000;

    private readonly byte[] _identities = new byte[3 * SerializedKey.Size];
    private readonly List<ReceiverChain> _receivers = [];

    public Key32 RootKey;

    public SessionState(X25519PublicKey localIdentity, X25519PublicKey remoteIdentity, X25519PublicKey baseKey, Key32 rootKey, SenderChain sender)
    {
        LocalIdentity = localIdentity;
        RemoteIdentity = remoteIdentity;
        BaseKey = baseKey;
        RootKey = rootKey;
        Sender = sender;
        SerializedKey.Write(localIdentity, _identities);
        SerializedKey.Write(remoteIdentity, _identities.AsSpan(SerializedKey.Size));
        SerializedKey.Write(localIdentity, _identities.AsSpan(2 * SerializedKey.Size));
    }

    public X25519PublicKey LocalIdentity { get; }

    public X25519PublicKey RemoteIdentity { get; }

    /// <summary>The initiator's ephemeral key: the session's name on both sides.</summary>
    public X25519PublicKey BaseKey { get; }

    public SenderChain Sender { get; private set; }

    public IReadOnlyList<ReceiverChain> Receivers => _receivers;

    public uint PreviousCounter { get; set; }

    public PendingPreKey? Pending { get; set; }

    public uint LocalRegistrationId { get; init; }

    public uint RemoteRegistrationId { get; init; }

    public bool IsWithSelf => LocalIdentity == RemoteIdentity;

    /// <summary>Sender's ‖ receiver's identity for the MAC of what we send.</summary>
    public ReadOnlySpan<byte> SendingIdentities => _identities.AsSpan(0, 2 * SerializedKey.Size);

    /// <summary>Sender's ‖ receiver's identity for the MAC of what we receive.</summary>
    public ReadOnlySpan<byte> ReceivingIdentities => _identities.AsSpan(SerializedKey.Size);

    public bool IsUsable(long now) => Pending is null || now <= Pending.CreatedAt + MaxUnacknowledgedMilliseconds;

    public ReceiverChain? FindReceiver(X25519PublicKey ratchetKey)
    {
        foreach (var chain in _receivers)
        {
            if (chain.RatchetKey == ratchetKey)
                return chain;
        }

        return null;
    }

    public void AddReceiver(ReceiverChain chain)
    {
        _receivers.Add(chain);
        if (_receivers.Count > MaxReceiverChains)
            _receivers.RemoveAt(0);
    }

    /// <summary>A Diffie–Hellman step: the old chain's length is told to the other side, its key is wiped.</summary>
    public void ReplaceSender(SenderChain chain)
    {
        PreviousCounter = Sender.Index > 0 ? Sender.Index - 1 : 0;
        Sender.Dispose();
        Sender = chain;
    }
}
