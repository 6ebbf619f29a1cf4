using Kith.Forwarding.Hosting;
using Kith.Node.Api.Types;

namespace Kith.Node.Network;

/// <summary>Whether forwarders can be used from here, for <c>kith doctor</c>.</summary>
internal static class ForwardingDoctor
{
    /// <summary>So many have to be known for a path through three of them.</summary>
    private const int Enough = 3;

    /// <summary>The line.</summary>
    /// <param name="view">What is true of forwarding; null while it does not run.</param>
    /// <param name="isNeeded">Whether somebody is reached through forwarders alone.</param>
    public static DoctorCheck Examine(ForwardingView? view, bool isNeeded) => view switch
    {
        null => new DoctorCheck("forwarders", !isNeeded, "Nothing is forwarded here: the overlay does not run."),
        { Known: < Enough } => new DoctorCheck("forwarders", !isNeeded, $"{view.Known} nodes that forward are known, and {Enough} are needed: they are looked for. {Others(view)}"),
        { Guards: 0 } => new DoctorCheck("forwarders", !isNeeded, $"{view.Known} nodes that forward are known; there is no session with one, {(isNeeded ? "and one is being made" : "as nobody needs it")}. {Others(view)}"),
        _ => new DoctorCheck("forwarders", true, $"{view.Known} nodes that forward are known, and messages come through {view.Guards} of them. {Others(view)}"),
    };

    private static string Others(ForwardingView view) => view.Forwards ? $"This one has forwarded {view.Forwarded} packets of others." : "This one forwards nothing for others.";
}
