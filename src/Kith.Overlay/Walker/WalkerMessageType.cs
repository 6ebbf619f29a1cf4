namespace Kith.Overlay.Walker;

/// <summary>The four messages of App-to-app communicator, by the number in <c>type</c>.</summary>
internal enum WalkerMessageType
{
    /// <summary>"Introduce me to somebody."</summary>
    IntroductionRequest = 1,

    /// <summary>The answer: some peers, and one that was asked to puncture.</summary>
    IntroductionResponse = 2,

    /// <summary>"Send a puncture to this peer."</summary>
    PunctureRequest = 3,

    /// <summary>Nothing but a datagram that opens the sender's NAT.</summary>
    Puncture = 4,
}
