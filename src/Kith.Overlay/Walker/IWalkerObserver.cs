using Kith.Wire;

namespace Kith.Overlay.Walker;

/// <summary>Who is told what the walker finds, from within <see cref="WalkerCore.Receive"/>: must not call the walker.</summary>
public interface IWalkerObserver
{
    /// <summary>A peer answered a request of ours.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="answer">Who and how.</param>
    void Answered(long now, WalkerAnswer answer);

    /// <summary>Our address by vote changed, of the family that <paramref name="wan"/> is of.</summary>
    void WanChanged(long now, Endpoint wan);
}

/// <summary>An answer to an introduction request.</summary>
/// <param name="Address">Of the peer.</param>
/// <param name="SpeaksKith">Whether it is a node of Kith, with a DHT on the same port, and proved its address.</param>
/// <param name="RoundTrip">Milliseconds; null when it was asked more than once.</param>
/// <param name="IsFirst">Whether it is its first answer.</param>
public readonly record struct WalkerAnswer(Endpoint Address, bool SpeaksKith, double? RoundTrip, bool IsFirst);
