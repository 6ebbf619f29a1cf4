using System.Text;
using Kith.Transport.Tor;
using Kith.Transport.Tor.Control;
using Kith.Transport.Tor.Socks;

namespace Kith.Fuzz.Tests;

/// <summary>What a control port and a SOCKS port say, and what people paste.</summary>
internal static class TorTargets
{
    private const string Service = "vwgtqcimkzo7wcd5bcxm72a4iive34t72n2waambvmfxzfc27top2yyd";

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("tor control port", () => new FuzzTarget("tor control port",
            [Encoding.ASCII.GetBytes("250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"/a\\\"b\"\r\n250-VERSION Tor=\"0.4.9\"\r\n250 OK\r\n650 HS_DESC UPLOADED " + Service + " UNKNOWN $FD~r\r\n250+info=\r\n..\r\n.\r\n250 OK\r\n")], Control)),
        ("tor control words", () => WireTargets.Text("tor control words",
            ["NOTICE BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY=\"Connecting \\\"\\101\\n\" WARNING=x", $"UPLOADED {Service} UNKNOWN $FD~r REASON=x", $"12 BUILT $FD PURPOSE=HS_SERVICE_REND REND_QUERY={Service}"], Words)),
        ("socks answers", () => new FuzzTarget("socks answers", [Convert.FromHexString("0502010005000001000000000000"), Convert.FromHexString("05020100050000030161ffff")], Socks, Longest: 600)),
        ("onion address", () => WireTargets.Text("onion address", [Service, Service + ".onion"], text => OnionAddress.TryParse(text, out _, out _))),
        ("bridge line", () => WireTargets.Text("bridge line", ["obfs4 192.0.2.1:443 FD6BED97ACE67540EED3255EBCAE30368291011B cert=a iat-mode=0"], Bridge)),
    ];

    private static bool Control(byte[] input)
    {
        var reader = new ControlReader();
        var half = input.Length / 2;
        reader.Receive(input.AsSpan(0, half));
        reader.Receive(input.AsSpan(half));
        while (reader.TryRead(out var reply))
        {
            Assert.NotEmpty(reply!.Lines);
            _ = ProtocolInfo.TryRead(reply, out _);
            _ = SafeCookie.TryAnswer(reply, new byte[SafeCookie.CookieSize], new byte[SafeCookie.NonceSize], new byte[32]);
        }

        return reader.Fault is null;
    }

    private static bool Words(string line) => BootstrapEvent.TryRead(line, out _) | DescriptorEvent.TryRead(line, out _) | CircuitLine.TryRead(line, out _);

    private static bool Socks(byte[] input)
    {
        var core = new SocksCore("a.onion", 80, "me");
        var at = 0;
        while (!core.IsDone && core.Failure is null)
        {
            var size = 0;
            for (int missing; (missing = core.Missing(input.AsSpan(at, size))) > 0; size += missing)
            {
                if (at + size + missing > input.Length)
                    return false;
            }

            core.Receive(input.AsSpan(at, size));
            at += size;
        }

        return core.IsDone;
    }

    private static bool Bridge(string text)
    {
        if (!BridgeLine.TryParse(text, out var line, out var problem))
            return problem.Length == 0;
        Assert.DoesNotContain('\n', line.Text);
        Assert.True(BridgeLine.TryParse(line.Text, out var again, out _) && again == line, text);
        return true;
    }
}
