using System.Globalization;
using System.Net;
using Kith.Crypto;
using Kith.Overlay.Nat;
using Kith.Overlay.Rendezvous;
using Kith.Transport.Tests.Namespaces;
using Kith.Transport.Udp;

namespace Kith.Overlay.Tests.Nat;

/// <summary>Not tests: what the processes do that tests start on machines of their own.</summary>
public sealed class Players
{
    /// <summary>A node of the overlay that says what it sees of its NAT. Arguments: where it listens, the port, entry points.</summary>
    [Fact]
    public async Task Node()
    {
        var role = Environment.GetEnvironmentVariable(Role.Variable);
        Assert.SkipWhen(role is null, "run by the tests beside it, each time on a machine of theirs");
        var arguments = role!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using var port = UdpPort.Open([IPAddress.Parse(arguments[0])], int.Parse(arguments[1], CultureInfo.InvariantCulture), TimeProvider.System);
        var observer = new Observer();
        var options = new OverlayOptions { Mainline = false, LocalNetwork = false, EntryPoints = arguments[2..], Log = Console.Error };
        await using var overlay = OverlayHost.Start(port, options, observer, SystemRandom.Instance, TimeProvider.System);
        observer.Overlay = overlay;
        port.Start();
        observer.Changed();
        await Task.Run(Console.In.ReadLine);
    }

    /// <summary>One line of a view.</summary>
    private static string Line(NatView nat) => string.Create(
        CultureInfo.InvariantCulture,
        $"{nat.Name} {nat.Mapping} {nat.Filtering} ports={nat.Ports} hairpin={nat.Hairpin} lifetime={nat.MappingLifetime?.TotalSeconds} confirmed={nat.IsConfirmed} mapped={nat.Mapped} router={string.Join(',', nat.MappedAddresses)}");

    private sealed class Observer : IOverlayObserver
    {
        private readonly Lock _gate = new();
        private string _last = "";

        public IOverlay? Overlay { get; set; }

        public void Changed()
        {
            if (Overlay is not { } overlay)
                return;
            var line = Line(overlay.View.Nat);
            lock (_gate)
            {
                if (line == _last)
                    return;
                _last = line;
                Role.Say(line);
            }
        }

        public void Found(FindSecret secret, Finding finding)
        {
        }

        public void Knocked(FindSecret secret, Contactable content, long madeAt)
        {
        }
    }
}
