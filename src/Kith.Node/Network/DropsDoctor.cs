using System.Globalization;
using Kith.Mailbox;
using Kith.Node.Api.Types;
using Kith.Overlay;

namespace Kith.Node.Network;

/// <summary>Whether messages can be left for those who are away, and whether this node keeps others'.</summary>
internal static class DropsDoctor
{
    private const long MiB = 1 << 20;

    public static DoctorCheck Examine(NodeDrops drops, OverlayView overlay)
    {
        if (!drops.IsRunning)
            return new DoctorCheck("drops", false, "Nothing can be left for those who are away: the overlay does not run here, as said above.");
        var view = drops.View;
        // What is wrong with our own disk says nothing of what is left elsewhere.
        var kept = view.Problem ?? Kept(view, overlay);
        if (overlay.Nodes == 0)
            return new DoctorCheck("drops", false, $"Nothing can be left for those who are away until there is a way into the overlay. {kept}");
        return view.Holders < MailboxLimits.Enough
            ? new DoctorCheck("drops", false, string.Create(CultureInfo.InvariantCulture, $"{Answer(view.Holders)}, and {MailboxLimits.Enough} are needed for what is left for those who are away: it waits here meanwhile. Ask a friend with an open port to run a node, or name one with --holder. {kept}"))
            : new DoctorCheck("drops", view.Problem is null, string.Create(CultureInfo.InvariantCulture, $"{Answer(view.Holders)} for what is left for those who are away. {kept}"));
    }

    private static string Asked(MailboxTraffic traffic) => string.Create(
        CultureInfo.InvariantCulture,
        $"Since it started {traffic.ThroughOthers} requests about them came through other nodes and {traffic.Straight} straight from who asked, and it passed {traffic.PassedOn} on.");

    private static string Answer(int holders) => holders switch
    {
        0 => "No other node answers that keeps things for others",
        1 => "1 node answers that keeps things for others",
        _ => string.Create(CultureInfo.InvariantCulture, $"{holders} nodes answer that keep things for others"),
    };

    private static string Kept(MailboxView view, OverlayView overlay)
    {
        if (view.Offered == 0)
            return "This one keeps nothing for others, as you chose (`kith room 256M` offers room).";
        if (view.IsOffering)
            return string.Create(CultureInfo.InvariantCulture, $"This one offers {view.Offered / MiB} MiB for others, and keeps {(view.Used == 0 ? "nothing" : view.Used < MiB ? "less than 1 MiB" : $"{view.Used / MiB} MiB")} now. {Asked(view.Traffic)}");
        return overlay.Reachable == false ? "This one keeps nothing for others while nobody can reach it from outside, as behind a router: open its port there, and it begins by itself." : "This one does not offer its room yet.";
    }
}
