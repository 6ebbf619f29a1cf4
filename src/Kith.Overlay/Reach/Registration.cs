using Kith.Overlay.Walker;
using Kith.Transport;
using Kith.Wire;

namespace Kith.Overlay.Reach;

/// <summary>A node that is registered here: it echoed a token, so it receives where it says.</summary>
public sealed class Registration
{
    internal Registration(NodeHandle handle, Endpoint at)
    {
        Handle = handle;
        At = at;
    }

    /// <summary>What it is called here.</summary>
    public NodeHandle Handle { get; }

    /// <summary>Where it is.</summary>
    public Endpoint At { get; internal set; }

    /// <summary>Whether it agrees to circuits.</summary>
    public bool TakesCircuits { get; internal set; }

    /// <summary>Until when it is kept, unix milliseconds.</summary>
    internal long Until { get; set; }

    /// <summary>What is passed on to it.</summary>
    internal RateBucket Calls { get; } = new(ReachLimits.CallBurstOfHandle, ReachLimits.CallsPerSecondOfHandle);
}
