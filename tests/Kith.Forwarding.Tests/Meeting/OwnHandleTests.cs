using Kith.Forwarding.Meeting;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Forwarding.Tests.Meeting;

public sealed class OwnHandleTests
{
    private readonly OwnHandle _handle = OwnHandle.Draw(AccountId.FromBytes(new byte[AccountId.Size]), new SimulatedRandom(8));

    [Fact]
    public void Used_WhateverOrderTheyComeIn_LeavesThoseAfterTheLast()
    {
        _handle.Sent = 10;
        _handle.Used(4);
        _handle.Used(3);
        Assert.Equal(6, _handle.Left);
        // One that was never laid.
        _handle.Used(99);
        Assert.Equal(0, _handle.Left);
    }

    [Fact]
    public void LayAnew_OnAGuess_IsTakenBackWhenAnOldOneComes()
    {
        _handle.Sent = 10;
        _handle.Used(4);
        _handle.LayAnew(isGuess: true);
        Assert.Equal(0, _handle.Left);
        _handle.Sent = 18;
        _handle.Used(6);
        Assert.Equal(12, _handle.Left);
        _handle.Used(5);
        Assert.Equal(12, _handle.Left);
        _handle.Used(12);
        Assert.Equal(6, _handle.Left);
    }

    [Fact]
    public void LayAnew_OnAGuessThatWasRight_CountsTheNewOnes()
    {
        _handle.Sent = 10;
        _handle.LayAnew(isGuess: true);
        _handle.LayAnew(isGuess: true);
        _handle.Sent = 18;
        _handle.Used(11);
        Assert.Equal(7, _handle.Left);
    }

    [Fact]
    public void LayAnew_ForKnown_StaysSoThoughAnOldOneComes()
    {
        _handle.Sent = 10;
        _handle.LayAnew(isGuess: false);
        _handle.Sent = 18;
        _handle.Used(6);
        Assert.Equal(8, _handle.Left);
    }
}
