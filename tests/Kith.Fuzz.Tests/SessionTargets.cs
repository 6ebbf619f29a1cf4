using Kith.Crypto;
using Kith.Messaging.Signal;

namespace Kith.Fuzz.Tests;

/// <summary>Live Signal sessions: whatever comes, the record stays as it was and the next honest message opens.</summary>
internal static class SessionTargets
{
    private const int Archived = 3;
    private const int Steps = 4;
    private const int HonestEvery = 32;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("session, altered messages", AlteredMessages),
        ("session, altered first messages", AlteredFirstMessages),
        ("session, hostile contact", HostileContact),
        ("session record", Record),
    ];

    // Some old sessions, some chains, some keys passed over.
    private static (SignalSide Alice, SignalSide Bob) Talk()
    {
        SignalSide alice = new(), bob = new();
        for (var session = 0; session <= Archived; session++)
        {
            alice.Meet(bob, answered: true);
            for (var step = 0; step < Steps; step++)
            {
                _ = alice.Encrypt("lost"u8);
                Assert.Equal(DecryptStatus.Ok, bob.Decrypt(alice.Encrypt("ping"u8)));
                Assert.Equal(DecryptStatus.Ok, alice.Decrypt(bob.Encrypt("pong"u8)));
            }
        }

        return (alice, bob);
    }

    private static FuzzTarget AlteredMessages()
    {
        var (alice, bob) = Talk();
        byte[][] honest = [alice.Encrypt("a late one"u8).Bytes, alice.Encrypt(new byte[300]).Bytes, alice.Encrypt("a"u8).Bytes];
        return Live("session, altered messages", alice, bob, CiphertextKind.Whisper, honest, longest: 4096);
    }

    private static FuzzTarget AlteredFirstMessages()
    {
        SignalSide alice = new(), bob = new();
        alice.Meet(bob, answered: false);
        byte[][] honest = [alice.Encrypt("hello"u8).Bytes, alice.Encrypt("are you there?"u8).Bytes];
        return Live("session, altered first messages", alice, bob, CiphertextKind.PreKey, honest, longest: 8192);
    }

    private static FuzzTarget Live(string name, SignalSide alice, SignalSide bob, CiphertextKind kind, byte[][] honest, int longest)
    {
        var count = 0;
        return new FuzzTarget(name, honest, input =>
        {
            var before = ++count % HonestEvery == 0 ? bob.Record.Serialize() : null;
            var status = bob.Decrypt(kind, input);
            if (status == DecryptStatus.Ok)
                Assert.Contains(honest, message => message.AsSpan().SequenceEqual(input));
            else if (before is not null)
                Assert.Equal(before, bob.Record.Serialize());
            if (before is not null)
                Assert.Equal(DecryptStatus.Ok, bob.Decrypt(alice.Encrypt("an honest one"u8)));
            return status == DecryptStatus.Ok;
        }, longest, Cost: 5);
    }

    // A contact who follows the protocol but for what it says: each message gets the MAC that belongs to its number.
    private static FuzzTarget HostileContact()
    {
        const uint reach = 40;
        var (alice, bob) = Talk();
        var snapshot = bob.Record.Serialize();
        var state = alice.Record.Current!;
        byte[] firstKey = [.. (ReadOnlySpan<byte>)state.Sender.ChainKey];
        var next = alice.Encrypt("the next one"u8).Bytes;
        return new FuzzTarget("session, hostile contact", [next, alice.Encrypt(new byte[100]).Bytes], input =>
        {
            if (SignalMessage.TryParse(input, out var message) != DecryptStatus.Ok || message.Counter > reach)
                return false;
            var forged = (byte[])input.Clone();
            Authenticate(state, firstKey, message.Counter, forged);
            Assert.True(SessionRecord.TryParse(snapshot, out var record));
            bob.Record = record;
            var status = bob.Decrypt(CiphertextKind.Whisper, forged);
            if (status == DecryptStatus.Ok)
                Assert.True(SessionRecord.TryParse(record.Serialize(), out _));
            return status == DecryptStatus.Ok;
        }, Longest: 2048, Cost: 10);
    }

    private static void Authenticate(SessionState state, byte[] firstKey, uint counter, byte[] message)
    {
        Span<byte> key = stackalloc byte[Key32.Size], seed = stackalloc byte[Key32.Size], room = stackalloc byte[MessageKeys.Size];
        firstKey.CopyTo(key);
        for (var place = 0U; place < counter; place++)
            RatchetKeys.Advance(key);
        RatchetKeys.Seed(key, seed);
        using var keys = new MessageKeys(seed, room);
        keys.ComputeMac(state.SendingIdentities, message.AsSpan()[..^SignalMessage.MacSize], message.AsSpan()[^SignalMessage.MacSize..]);
    }

    private static FuzzTarget Record()
    {
        var (alice, bob) = Talk();
        var fresh = new SignalSide();
        fresh.Meet(new SignalSide(), answered: false);
        var message = alice.Encrypt("hello"u8).Bytes;
        return new FuzzTarget("session record", [bob.Record.Serialize(), fresh.Record.Serialize(), new SessionRecord().Serialize()], input =>
        {
            if (!SessionRecord.TryParse(input, out var record))
                return false;
            // What was read can be used, however odd it is.
            var again = record.Serialize();
            _ = SessionCipher.TryDecrypt(record, CiphertextKind.Whisper, message, bob.Identity, 1, null, bob, SystemRandom.Instance, out _);
            _ = SessionCipher.Encrypt(record, "hello"u8, SignalSide.Now);
            Assert.True(SessionRecord.TryParse(again, out _));
            return true;
        }, Cost: 10);
    }
}
