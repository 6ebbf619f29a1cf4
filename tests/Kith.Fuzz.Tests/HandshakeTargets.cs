using System.Security.Cryptography;
using Kith.Crypto;
using Kith.Transport;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;

namespace Kith.Fuzz.Tests;

/// <summary>
/// Both sides of a handshake, fed at once and in crumbs: the outcome must be the same. Ephemeral keys are drawn from a repeating source, so that a transcript that
/// was honest once is honest each time.
/// </summary>
internal static class HandshakeTargets
{
    private static readonly X25519PrivateKey Alice = X25519PrivateKey.Generate(SystemRandom.Instance);
    private static readonly X25519PrivateKey Bob = X25519PrivateKey.Generate(SystemRandom.Instance);
    private static readonly SecretBytes Swarm = SecretBytes.Generate(SystemRandom.Instance, 32);

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
        from knows in new[] { false, true }
        from swarm in new[] { false, true }
        from initiator in new[] { false, true }
        let name = $"handshake {(knows ? "IK" : "XX")}{(swarm ? "psk0" : "")}, {(initiator ? "initiator" : "responder")}"
        select (name, (Func<FuzzTarget>)(() => Side(name, initiator, knows, swarm)));

    // Up to five key agreements, and each input twice: a millisecond.
    private static FuzzTarget Side(string name, bool initiator, bool knows, bool swarm)
    {
        var transcript = Record(initiator, knows, swarm);
        return new FuzzTarget(name, [transcript], input =>
        {
            var whole = Feed(initiator, knows, swarm, input, input.Length);
            var crumbs = Feed(initiator, knows, swarm, input, 1 + (input.Length % 7));
            Assert.Equal(whole, crumbs);
            return whole is null;
        }, Longest: 4096, Cost: 20, FullRun: 100_000);
    }

    private static HandshakeCore Start(bool initiator, bool knows, bool swarm)
    {
        var identity = new TransportIdentity(initiator ? Alice : Bob, swarm ? Swarm : null, new Repeating(initiator ? (byte)1 : (byte)2));
        return initiator
            ? HandshakeCore.Initiate(identity, knows ? Bob.PublicKey : null, SessionParameters.Default)
            : HandshakeCore.Respond(identity, SessionParameters.Default);
    }

    // What the side under test gets from an honest other one.
    private static byte[] Record(bool initiator, bool knows, bool swarm)
    {
        using HandshakeCore own = Start(initiator, knows, swarm), other = Start(!initiator, knows, swarm);
        var received = new List<byte>();
        while (own.IsUnderWay || other.IsUnderWay)
        {
            Pass(own, other);
            received.AddRange(Pass(other, own));
        }

        Assert.NotNull(own.Keys);
        return [.. received];
    }

    private static byte[] Pass(HandshakeCore from, HandshakeCore to)
    {
        var bytes = from.Output.ToArray();
        from.OutputSent();
        for (var used = 0; used < bytes.Length;)
        {
            var taken = to.Receive(bytes.AsSpan(used));
            Assert.True(taken > 0);
            used += taken;
        }

        return bytes;
    }

    // Null when it succeeded and used everything, else how it ended.
    private static string? Feed(bool initiator, bool knows, bool swarm, byte[] input, int piece)
    {
        using var core = Start(initiator, knows, swarm);
        core.OutputSent();
        var answers = 0;
        var used = 0;
        for (var there = Math.Min(piece, input.Length); core.IsUnderWay; there = Math.Min(there + piece, input.Length))
        {
            int taken;
            while ((taken = core.Receive(input.AsSpan(used, there - used))) > 0)
            {
                used += taken;
                Assert.True(used <= there, "more was taken than was there");
            }

            answers += core.Output.Length;
            Assert.InRange(answers, 0, 2 * HandshakeLimits.MaxMessage);
            core.OutputSent();
            if (there == input.Length)
                break;
        }

        var ending = core.Failure is { } failure ? $"{failure.Code}" : core.Keys is null ? "unfinished" : used < input.Length ? "more follows" : null;
        core.Keys?.Dispose();
        Assert.False(swarm && !initiator && answers > 0 && core.Keys is null && core.Failure is { Code: SessionErrorCode.PatternRefused or SessionErrorCode.NotKith },
            "a stranger to the swarm was answered");
        return ending;
    }

    private sealed class Repeating(byte seed) : IRandom
    {
        private int _draws;

        public void Fill(Span<byte> destination) => SHA512.HashData([seed, (byte)_draws++])[..destination.Length].CopyTo(destination);
    }
}
