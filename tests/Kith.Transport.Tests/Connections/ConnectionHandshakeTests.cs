using Kith.Crypto;
using Kith.Transport.Connections;

namespace Kith.Transport.Tests.Connections;

public sealed class ConnectionHandshakeTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Handshake_BothSides_KnowEachOther(bool knowsKey, bool isSwarm)
    {
        using var swarm = isSwarm ? SecretBytes.Generate(SystemRandom.Instance, 32) : null;
        using var pair = new ConnectionPair(knowsKey, callerSwarm: swarm, calledSwarm: swarm);
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished, TimeSpan.FromSeconds(1));
        Assert.Equal(ConnectionState.Open, pair.Caller.Core.State);
        Assert.Equal(ConnectionState.Open, pair.Called.Core.State);
        Assert.Equal(pair.Called.Key.PublicKey, pair.Caller.Core.RemoteKey);
        Assert.Equal(pair.Caller.Key.PublicKey, pair.Called.Core.RemoteKey);
        Assert.Equal(pair.Caller.Core.HandshakeHash.ToArray(), pair.Called.Core.HandshakeHash.ToArray());
        Assert.True(pair.Caller.Core.IsInitiator);
        Assert.False(pair.Called.Core.IsInitiator);
        Assert.Equal(1200, pair.Sent[0].Datagram.Length);
    }
}
