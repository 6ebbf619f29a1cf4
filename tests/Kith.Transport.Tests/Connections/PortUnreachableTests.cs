using Kith.Transport.Connections;
using Kith.Wire;

namespace Kith.Transport.Tests.Connections;

/// <summary>Calls to a port where, as the system hears, nobody is.</summary>
public sealed class PortUnreachableTests
{
    private static readonly Endpoint Elsewhere = Endpoint.FromIPv4(0xc6336401, 7);

    [Fact]
    public void NobodyAtThePort_EndsASecondLater()
    {
        using var pair = new ConnectionPair();
        pair.Filter = static (_, _, _) => null;
        pair.RunUntil(() => pair.Sent.Count == 1);
        pair.Caller.Core.NobodyAt(pair.Now, pair.Called.Endpoint);
        var told = pair.Now;
        pair.RunUntil(() => pair.Caller.Ended.Count == 1);
        Assert.Equal(SessionErrorCode.Unreachable, pair.Caller.Ended[0].Close!.Code);
        Assert.Equal(ConnectionLimits.RefusedGrace, pair.Now - told);
        Assert.InRange(pair.Sent.Count, 2, 9); // asked on: somebody may be there soon
    }

    [Fact]
    public void NobodyAtThePortYet_SomebodyWhoComesIsTaken()
    {
        using var pair = new ConnectionPair();
        var isThere = false;
        pair.Filter = (_, _, datagram) => isThere ? datagram : null;
        pair.RunUntil(() => pair.Sent.Count == 1);
        pair.Caller.Core.NobodyAt(pair.Now, pair.Called.Endpoint);
        isThere = true;
        pair.RunUntil(() => pair.Caller.IsEstablished && pair.Called.IsEstablished);
        // An open connection does not hear of it.
        pair.Caller.Core.NobodyAt(pair.Now, pair.Called.Endpoint);
        pair.Run(TimeSpan.FromSeconds(10));
        Assert.Empty(pair.Caller.Ended);
    }

    [Fact]
    public void NobodyAtThePort_SaidOfOneThatAskedForACookie_IsNotBelieved()
    {
        using var pair = new ConnectionPair(options: ConnectionOptions.Default with { CookiePending = 0 });
        var isAsked = false;
        pair.Filter = (from, to, datagram) => (from, isAsked) switch
        {
            _ when from == pair.Caller.Endpoint => isAsked ? null : datagram,
            _ => (isAsked |= datagram[0] == 0xc3) ? datagram : null,
        };
        pair.RunUntil(() => isAsked && pair.Sent.Count >= 3);
        pair.Caller.Core.NobodyAt(pair.Now, pair.Called.Endpoint);
        pair.Run(ConnectionLimits.RefusedGrace + ConnectionLimits.RefusedGrace);
        Assert.Empty(pair.Caller.Ended);
    }

    [Fact]
    public void NobodyAtOneOfTwo_TheOtherHasItsTime()
    {
        using var pair = new ConnectionPair();
        pair.Caller.Core.Try(pair.Now, Elsewhere);
        pair.Filter = static (_, _, _) => null;
        pair.RunUntil(() => pair.Sent.Count >= 2);
        pair.Caller.Core.NobodyAt(pair.Now, Elsewhere);
        pair.Caller.Core.NobodyAt(pair.Now, Endpoint.FromIPv4(0xc6336402, 7)); // which nobody called
        var told = pair.Now;
        pair.RunUntil(() => pair.Caller.Ended.Count == 1);
        Assert.InRange(pair.Now - told, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(10));
    }
}
