using Kith.Crypto;
using Kith.Transport.Handshake;
using Kith.Transport.Sessions;

namespace Kith.Transport.Tests.Handshake;

/// <summary>Two handshake cores that exchange bytes by hand.</summary>
internal sealed class HandshakePair : IDisposable
{
    public HandshakePair(bool knowsKey = true, X25519PublicKey? wanted = null, SecretBytes? callerSwarm = null, SecretBytes? calledSwarm = null)
    {
        Caller = HandshakeCore.Initiate(Identity(CallerKey, callerSwarm), knowsKey ? wanted ?? CalledKey.PublicKey : null, SessionParameters.Default);
        Called = HandshakeCore.Respond(Identity(CalledKey, calledSwarm), SessionParameters.Default);
    }

    public X25519PrivateKey CallerKey { get; } = X25519PrivateKey.Generate(SystemRandom.Instance);

    public X25519PrivateKey CalledKey { get; } = X25519PrivateKey.Generate(SystemRandom.Instance);

    public HandshakeCore Caller { get; }

    public HandshakeCore Called { get; }

    public static TransportIdentity Identity(X25519PrivateKey key, SecretBytes? swarm = null) => new(key, swarm, SystemRandom.Instance);

    /// <summary>What one has to send.</summary>
    public static byte[] Take(HandshakeCore core)
    {
        var bytes = core.Output.ToArray();
        core.OutputSent();
        return bytes;
    }

    /// <summary>Gives bytes to one, piece by piece as it takes them; returns what is left over.</summary>
    public static byte[] Give(HandshakeCore core, byte[] bytes)
    {
        var used = 0;
        int taken;
        do
        {
            taken = core.Receive(bytes.AsSpan(used));
            used += taken;
        }
        while (taken > 0);
        return bytes[used..];
    }

    /// <summary>Lets both talk until neither has anything to say.</summary>
    public void Run()
    {
        while (Caller.Output.Length + Called.Output.Length > 0)
        {
            Assert.Empty(Give(Called, Take(Caller)));
            Assert.Empty(Give(Caller, Take(Called)));
        }
    }

    public void Dispose()
    {
        Caller.Keys?.Dispose();
        Called.Keys?.Dispose();
        Caller.Dispose();
        Called.Dispose();
        CallerKey.Dispose();
        CalledKey.Dispose();
    }
}
