using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal.Storage;

namespace Kith.Messaging.Signal;

/// <summary>Sessions to and from their stored form. What is read was encrypted and authenticated by the vault, yet nothing here trusts it to be well formed.</summary>
internal static class SessionStorage
{
    private const int SkippedEntrySize = sizeof(uint) + Key32.Size;

    public static StoredSession Store(SessionState state)
    {
        var stored = new StoredSession
        {
            LocalIdentity = Bytes(state.LocalIdentity),
            RemoteIdentity = Bytes(state.RemoteIdentity),
            BaseKey = Bytes(state.BaseKey),
            RootKey = ByteString.CopyFrom(state.RootKey),
            PreviousCounter = state.PreviousCounter,
            LocalRegistrationId = state.LocalRegistrationId,
            RemoteRegistrationId = state.RemoteRegistrationId,
            SenderRatchetKey = ByteString.CopyFrom(state.Sender.RatchetKey.Value),
            SenderChainKey = ByteString.CopyFrom(state.Sender.ChainKey),
            SenderIndex = state.Sender.Index,
        };
        foreach (var chain in state.Receivers)
        {
            stored.Receivers.Add(new StoredReceiver
            {
                RatchetKey = Bytes(chain.RatchetKey),
                ChainKey = ByteString.CopyFrom(chain.ChainKey),
                Index = chain.Index,
                Skipped = Store(chain.Skipped),
            });
        }

        if (state.Pending is { } pending)
            stored.Pending = Store(pending);
        return stored;
    }

    public static bool TryRestore(StoredSession stored, [NotNullWhen(true)] out SessionState? state)
    {
        state = null;
        if (!TryKey(stored.LocalIdentity, out var local) || !TryKey(stored.RemoteIdentity, out var remote)
            || !TryKey(stored.BaseKey, out var baseKey) || stored.RootKey.Length != Key32.Size
            || stored.SenderRatchetKey.Length != X25519PrivateKey.Size || stored.SenderChainKey.Length != Key32.Size
            || stored.Receivers.Count > SessionState.MaxReceiverChains)
            return false;

        PendingPreKey? pending = null;
        if (stored.Pending is not null && !TryRestore(stored.Pending, out pending))
            return false;

        var receivers = new List<ReceiverChain>();
        foreach (var storedChain in stored.Receivers)
        {
            if (!TryRestore(storedChain, out var chain))
                return false;
            receivers.Add(chain);
        }

        var sender = new SenderChain(X25519PrivateKey.FromBytes(stored.SenderRatchetKey.Span), Key32.From(stored.SenderChainKey.Span), stored.SenderIndex);
        state = new SessionState(local, remote, baseKey, Key32.From(stored.RootKey.Span), sender)
        {
            PreviousCounter = stored.PreviousCounter,
            LocalRegistrationId = stored.LocalRegistrationId,
            RemoteRegistrationId = stored.RemoteRegistrationId,
            Pending = pending,
        };
        foreach (var chain in receivers)
            state.AddReceiver(chain);
        return true;
    }

    private static StoredPending Store(PendingPreKey pending)
    {
        var stored = new StoredPending
        {
            SignedPreKeyId = pending.SignedPreKeyId,
            KyberPreKeyId = pending.KyberPreKeyId,
            BaseKey = Bytes(pending.BaseKey),
            KyberCiphertext = UnsafeByteOperations.UnsafeWrap(pending.KyberCiphertext),
            CreatedAt = pending.CreatedAt,
        };
        if (pending.PreKeyId is { } id)
            stored.PreKeyId = id;
        return stored;
    }

    private static bool TryRestore(StoredPending stored, [NotNullWhen(true)] out PendingPreKey? pending)
    {
        pending = null;
        if (!TryKey(stored.BaseKey, out var baseKey) || stored.KyberCiphertext.Length != KyberPublicKey.SerializedCiphertextSize)
            return false;
        pending = new PendingPreKey(stored.HasPreKeyId ? stored.PreKeyId : null, stored.SignedPreKeyId, stored.KyberPreKeyId, baseKey,
            stored.KyberCiphertext.ToByteArray(), stored.CreatedAt);
        return true;
    }

    private static ByteString Store(SkippedKeys skipped)
    {
        if (skipped.Count == 0)
            return ByteString.Empty;
        var bytes = new byte[skipped.Count * SkippedEntrySize];
        var rest = bytes.AsSpan();
        foreach (ref readonly var entry in skipped.Entries)
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest, entry.Index);
            ((ReadOnlySpan<byte>)entry.Seed).CopyTo(rest[sizeof(uint)..]);
            rest = rest[SkippedEntrySize..];
        }

        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static bool TryRestore(StoredReceiver stored, [NotNullWhen(true)] out ReceiverChain? chain)
    {
        chain = null;
        if (!TryKey(stored.RatchetKey, out var key) || stored.ChainKey.Length != Key32.Size
            || stored.Skipped.Length % SkippedEntrySize != 0 || stored.Skipped.Length > SkippedKeys.MaxKeys * SkippedEntrySize)
            return false;

        var restored = new ReceiverChain(key, Key32.From(stored.ChainKey.Span), stored.Index);
        long newest = -1;
        for (var rest = stored.Skipped.Span; !rest.IsEmpty; rest = rest[SkippedEntrySize..])
        {
            var index = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (index <= newest || index >= stored.Index)
                return false;
            restored.Skipped.Add(index, rest.Slice(sizeof(uint), Key32.Size));
            newest = index;
        }

        chain = restored;
        return true;
    }

    private static ByteString Bytes(X25519PublicKey key) => UnsafeByteOperations.UnsafeWrap(key.ToArray());

    private static bool TryKey(ByteString bytes, out X25519PublicKey key) => X25519PublicKey.TryParse(bytes.Span, out key);
}
