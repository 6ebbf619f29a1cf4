using System.Buffers;
using System.Security.Cryptography;
using Kith.Crypto;

namespace Kith.Messaging.Signal;

/// <summary>
/// Opens a message with one session (Double Ratchet §3.5). Everything is computed aside; the session changes only after the MAC held and the padding was
/// right, and those changes cannot fail.
/// </summary>
internal static class RatchetDecryption
{
    public static DecryptStatus TryDecrypt(
        SessionState state, in SignalMessage message, IRandom random, IBufferWriter<byte> plaintext, uint maxForwardJumps = ReceiverChain.MaxForwardJumps)
    {
        if (message.Counter == uint.MaxValue)
            return DecryptStatus.InvalidMessage;

        var chain = state.FindReceiver(message.RatchetKey);
        if (chain is not null && message.Counter < chain.Index)
            return TryDecryptSkipped(state, chain, message, plaintext);

        Key32 chainKey, rootKey = default;
        uint index = 0;
        if (chain is not null)
        {
            chainKey = chain.ChainKey;
            index = chain.Index;
        }
        else if (!RatchetKeys.TryCreateChain(state.RootKey, message.RatchetKey, state.Sender.RatchetKey, out rootKey, out chainKey))
        {
            return DecryptStatus.InvalidMessage;
        }

        var jump = message.Counter - index;
        if (jump > (state.IsWithSelf ? ReceiverChain.MaxForwardJumpsToSelf : maxForwardJumps))
            return DecryptStatus.TooFarAhead;

        // Chain keys of the places passed over; seeds are made of them only once the message proved itself.
        var kept = (int)Math.Min(jump, SkippedKeys.MaxKeys);
        var passed = kept > 0 ? ArrayPool<byte>.Shared.Rent(kept * Key32.Size) : [];
        var passedKeys = passed.AsSpan(0, kept * Key32.Size);
        for (var place = 0L; place < jump; place++)
        {
            if (place >= jump - kept)
                ((ReadOnlySpan<byte>)chainKey).CopyTo(passedKeys[((int)(place - (jump - kept)) * Key32.Size)..]);
            RatchetKeys.Advance(chainKey);
        }

        Span<byte> seed = stackalloc byte[Key32.Size];
        Span<byte> next = stackalloc byte[Key32.Size];
        RatchetKeys.Step(chainKey, seed, next);
        var status = TryOpen(state, message, seed, plaintext);
        if (status is DecryptStatus.Ok)
        {
            if (chain is null)
            {
                chain = new ReceiverChain(message.RatchetKey, chainKey, 0);
                StepRatchet(state, chain, rootKey, random);
            }

            KeepSkipped(chain, message.Counter - (uint)kept, passedKeys);
            next.CopyTo(chain.ChainKey);
            chain.Index = message.Counter + 1;
            state.Pending = null;
        }

        chainKey.Wipe();
        rootKey.Wipe();
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(next);
        if (kept > 0)
        {
            CryptographicOperations.ZeroMemory(passedKeys);
            ArrayPool<byte>.Shared.Return(passed);
        }

        return status;
    }

    private static DecryptStatus TryDecryptSkipped(SessionState state, ReceiverChain chain, in SignalMessage message, IBufferWriter<byte> plaintext)
    {
        var place = chain.Skipped.Find(message.Counter);
        if (place < 0)
            return DecryptStatus.Duplicate;
        var status = TryOpen(state, message, chain.Skipped.Entries[place].Seed, plaintext);
        if (status is DecryptStatus.Ok)
        {
            chain.Skipped.RemoveAt(place);
            state.Pending = null;
        }

        return status;
    }

    private static DecryptStatus TryOpen(SessionState state, in SignalMessage message, ReadOnlySpan<byte> seed, IBufferWriter<byte> plaintext)
    {
        Span<byte> room = stackalloc byte[MessageKeys.Size];
        Span<byte> mac = stackalloc byte[SignalMessage.MacSize];
        using var keys = new MessageKeys(seed, room);
        keys.ComputeMac(state.ReceivingIdentities, message.Authenticated, mac);
        if (!ConstantTime.Equals(mac, message.Mac))
            return DecryptStatus.InvalidMac;
        var destination = plaintext.GetSpan(Math.Max(message.Ciphertext.Length, 1));
        if (!AesCbc.TryDecrypt(keys.CipherKey, keys.Iv, message.Ciphertext, destination, out var written))
            return DecryptStatus.InvalidMessage;
        plaintext.Advance(written);
        return DecryptStatus.Ok;
    }

    // The receiving chain is there; a fresh key of ours makes the next sending chain (§3.4). Their key gave a good secret already, so it does again.
    private static void StepRatchet(SessionState state, ReceiverChain chain, in Key32 receivingRoot, IRandom random)
    {
        var ours = X25519PrivateKey.Generate(random);
        if (!RatchetKeys.TryCreateChain(receivingRoot, chain.RatchetKey, ours, out var rootKey, out var chainKey))
            throw new InvalidOperationException("A key of small order passed the first agreement.");
        state.RootKey = rootKey;
        state.AddReceiver(chain);
        state.ReplaceSender(new SenderChain(ours, chainKey, 0));
    }

    private static void KeepSkipped(ReceiverChain chain, uint first, ReadOnlySpan<byte> chainKeys)
    {
        if (chainKeys.IsEmpty)
            return;
        Span<byte> seed = stackalloc byte[Key32.Size];
        chain.Skipped.MakeRoom(chainKeys.Length / Key32.Size);
        for (; !chainKeys.IsEmpty; chainKeys = chainKeys[Key32.Size..])
        {
            RatchetKeys.Seed(chainKeys[..Key32.Size], seed);
            chain.Skipped.Add(first++, seed);
        }

        CryptographicOperations.ZeroMemory(seed);
    }
}
