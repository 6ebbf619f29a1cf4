using System.Buffers.Binary;
using System.Net;
using Kith.Crypto;
using Kith.Overlay;
using Kith.Overlay.Entry;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Overlay.Entry.Local;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Fuzz.Tests;

internal static class EntryTargets
{
    private const string Zone = "kith.test";
    private const long Now = 1_790_000_000_000;

    public static IEnumerable<(string Name, Func<FuzzTarget> Make)> All =>
    [
        ("DNS message", Message),
        ("DNS name", Name),
        ("TSIG answer", Signed),
        ("dynamic DNS lookup", Lookup),
        ("local beacon", Beacon),
        ("local network", Local),
        ("TSIG key file", () => WireTargets.Text("TSIG key file", ["key \"a\" { algorithm hmac-sha256; secret \"AAEC\"; };"], text => TsigKey.TryParseFile(text, out _, out _))),
    ];

    private static TsigKey Key { get; } = TsigKey.TryCreate("kith", Convert.ToBase64String(new byte[32]), out var key) ? key! : throw new InvalidOperationException();

    private static FuzzTarget Message() => new("DNS message", [.. Messages()], input =>
    {
        if (!DnsMessage.TryRead(input, out var message))
            return false;
        foreach (var record in message!.Answers.Concat(message.Authorities).Concat(message.Additionals))
        {
            _ = record.TryReadAddress(out _);
            _ = record.TryReadSrv(out _, out _);
            _ = record.TryReadName(out _);
            Assert.InRange(record.Name.Wire.Length, 1, DnsName.MaxSize);
        }

        return true;
    });

    private static FuzzTarget Name() => new("DNS name", [[0, .. DnsNameOf("a.b.c").Wire], [7, 1, (byte)'x', 0xC0, 1, 0, 0, 1, (byte)'y', 0xC0, 1]], input =>
    {
        if (input.Length == 0)
            return false;
        // The first byte says where the name begins.
        var offset = Math.Min((int)input[0], input.Length);
        offset = offset == 0 ? 1 : offset;
        if (!DnsName.TryRead(input, ref offset, out var name))
            return input[0] == 7;
        var again = 0;
        Assert.True(DnsName.TryRead(name.Wire, ref again, out var same));
        Assert.Equal(name, same);
        Assert.InRange(name.ToString().Length, 1, 4 * DnsName.MaxSize);
        return true;
    });

    private static FuzzTarget Signed()
    {
        var request = Tsig.Sign(new DnsMessage { Id = 3, Opcode = DnsOpcode.Update }.ToBytes(), Key, Now / 1000, out var mac);
        return new FuzzTarget("TSIG answer", [request], input =>
        {
            if (!DnsMessage.TryRead(input, out var message))
                return false;
            // Only whoever has the key could have signed an answer to this request; nothing here has.
            Assert.False(Tsig.Check(input, message!, Key, mac, Now / 1000).IsValid);
            return true;
        });
    }

    private static FuzzTarget Lookup() => new("dynamic DNS lookup", [.. Messages()], input =>
    {
        // The server answers every question with the input, under the question's id.
        var world = new Answering(input);
        var core = new EntryCore(
            new EntryOptions { ListenPort = 1, LocalNetwork = false, Mainline = false, DynamicDns = [new DynamicDnsOptions("entry." + Zone) { Server = "192.0.2.53", Key = Key }] },
            world,
            new Counting());
        world.Core = core;
        core.Start(Now);
        core.SetReachable(Now, Endpoint.FromIPv4(0x0900_0001, 5));
        world.Run();
        Assert.InRange(core.View.Count, 1, 1);
        return DnsMessage.TryRead(input, out _);
    }, Longest: 2_048, Cost: 20);

    private static FuzzTarget Beacon() => new("local beacon", [Write(null, want: true), Write(7, want: false)], input => LocalBeacon.TryRead(input, out _), Longest: 1_024);

    private static FuzzTarget Local()
    {
        var world = new Answering([]);
        var core = new EntryCore(new EntryOptions { ListenPort = 1, Mainline = false }, world, new Counting());
        core.Start(Now);
        var now = Now;
        uint from = 0x0A00_0000;
        return new FuzzTarget("local network", [Write(null, want: true), Write(7, want: false)], input =>
        {
            core.HeardLocal(now += 60, Endpoint.FromIPv4(++from, 9), input);
            core.Receive(now, Endpoint.FromIPv4(from, 9), input);
            core.Tick(now);
            Assert.InRange(core.View.Count, 0, EntryLimits.MaxLocal);
            // What is sent to an address that nobody proved is never more than a few times what came from there.
            Assert.InRange(world.BytesSent, 0, 3 * Math.Max(input.Length, 1));
            world.BytesSent = 0;
            return LocalBeacon.TryRead(input, out _);
        }, Longest: 1_024);
    }

    private static byte[] Write(ulong? to, bool want)
    {
        var bytes = new byte[LocalBeacon.MaxSize];
        return bytes[..new LocalBeacon(4711, 99, to, want).Write(bytes)];
    }

    private static IEnumerable<byte[]> Messages()
    {
        var host = DnsNameOf("e7f000001.entry." + Zone);
        var service = DnsNameOf("_kith._udp.entry." + Zone);
        var question = new DnsQuestion(service, DnsType.Srv, DnsClass.In);
        byte[] soa = [.. DnsNameOf("ns." + Zone).Wire, .. DnsNameOf("admin." + Zone).Wire, .. new byte[20]];
        yield return new DnsMessage
        {
            Id = 1,
            IsResponse = true,
            Questions = [question],
            Answers = [DnsRecord.Srv(service, 60, 0, 0, 4711, host)],
            Authorities = [new DnsRecord(DnsNameOf(Zone), DnsType.Soa, DnsClass.In, 60, soa)],
            Additionals = [DnsRecord.Address(host, 60, Endpoint.FromIPv4(0x7F00_0001, 1)), DnsRecord.Address(host, 60, Endpoint.FromIPv6(0, 1, 1))],
        }.ToBytes();
        yield return new DnsMessage { IsResponse = true, Questions = [question], Answers = [new DnsRecord(service, DnsType.CName, DnsClass.In, 60, host.Wire.ToArray())] }.ToBytes();
        // With compression: the service's name again by pointer.
        yield return [0, 1, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, .. service.Wire, 0, 33, 0, 1, 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 8, 0, 0, 0, 0, 0x12, 0x67, 0xC0, 23];
    }

    private static DnsName DnsNameOf(string text) => DnsName.TryParse(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    /// <summary>Answers each DNS question with one and the same message.</summary>
    private sealed class Answering(byte[] answer) : IEntryEffects
    {
        private const int Most = 64;

        private readonly Queue<Action> _later = new();

        public EntryCore? Core { get; set; }

        public int BytesSent { get; set; }

        public void Run()
        {
            for (var i = 0; i < Most && _later.TryDequeue(out var next); i++)
                next();
            Core!.Tick(Now + 30_000);
            for (var i = 0; i < Most && _later.TryDequeue(out var next); i++)
                next();
        }

        public void Ask(Endpoint node, EntrySource source)
        {
        }

        public void Send(Endpoint to, ReadOnlySpan<byte> datagram) => BytesSent += datagram.Length;

        public void SendMulticast(ReadOnlySpan<byte> datagram)
        {
        }

        public void Resolve(int id, string host) => _later.Enqueue(() => Core!.Resolved(Now, id, [IPAddress.Loopback], ResolveError.None));

        public void ExchangeDns(int id, Endpoint? server, ReadOnlyMemory<byte> message)
        {
            var mine = answer.ToArray();
            if (mine.Length >= 2)
                BinaryPrimitives.WriteUInt16BigEndian(mine, BinaryPrimitives.ReadUInt16BigEndian(message.Span));
            _later.Enqueue(() => Core!.Exchanged(Now, id, mine));
        }
    }

    private sealed class Counting : IRandom
    {
        private byte _next;

        public void Fill(Span<byte> destination)
        {
            foreach (ref var b in destination)
                b = _next++;
        }
    }
}
