using System.Globalization;
using System.Text;
using Kith.Crypto;
using Kith.Overlay.Walker;
using Kith.Simulation.Network;
using Kith.Wire;

namespace Kith.Overlay.Tests.Walker;

/// <summary>One walker under test, and everybody else played by the test: what it sends is kept, what comes is written by hand.</summary>
internal sealed class Scene : IDatagramSink, IWalkerObserver
{
    private const string OwnAddress = "203.0.113.5:4000";

    public Scene(params string[] own)
    {
        Networks = new OwnNetworks((own.Length == 0 ? [OwnAddress] : own).Select(At));
        Core = new WalkerCore(new WalkerOptions(Networks) { Observer = this }, this, new SimulatedRandom(7));
        Here = At(own.Length == 0 ? OwnAddress : own[0]);
    }

    public WalkerCore Core { get; }

    public OwnNetworks Networks { get; }

    public Endpoint Here { get; set; }

    public long Now { get; private set; } = 1_000_000;

    /// <summary>What was sent and not taken yet.</summary>
    public List<(Endpoint To, byte[] Datagram)> Sent { get; } = [];

    public List<WalkerAnswer> Answers { get; } = [];

    public List<Endpoint> WanChanges { get; } = [];

    public static Endpoint At(string text) => Endpoint.TryParse(text, out var endpoint) ? endpoint : throw new FormatException(text);

    /// <summary>The seed's messages, as text.</summary>
    public string Request(string id = "aaaa1111") => Message(1, id, "15:connection_typei0e16:network_operator3:KPN");

    public string Response(string id = "aaaa1111", string pex = "", string? invitee = null, string? destination = null) => Message(
        2, id, $"15:connection_typei0e15:internal_source{Entry("192.168.1.2:1873")}{(invitee is null ? "" : "7:invitee" + invitee)}16:network_operator3:KPN3:pexl{pex}e", destination);

    public string PunctureRequest(string target, string id = "aaaa1111", string? targetId = null) =>
        Message(3, id, $"6:source{Entry("192.168.1.2:1873")}13:puncture_peer{Entry(target, targetId)}");

    public string Puncture(string id = "aaaa1111") => Message(4, id, $"6:source{Entry("192.168.1.2:1873")}");

    /// <summary>The same of a node of Kith.</summary>
    /// <param name="message">A message.</param>
    /// <param name="echo">The token that it had from the walker, if it had.</param>
    /// <param name="wanted">How many peers it wants.</param>
    public static string Kith(string message, byte[]? echo, int? wanted = null) => "d2:kv1:12:kt8:THEIRTOK"
        + (echo is null ? "" : "2:ke8:" + Encoding.Latin1.GetString(echo)) + (wanted is null ? "" : string.Create(CultureInfo.InvariantCulture, $"2:kni{wanted}e")) + message[1..];

    public static string Entry(string address, string? id = null)
    {
        var port = address[(address.LastIndexOf(':') + 1)..];
        var host = address[..address.LastIndexOf(':')].Trim('[', ']');
        return $"d7:address{host.Length}:{host}4:porti{port}e{(id is null ? "" : $"7:peer_id{id.Length}:{id}")}e";
    }

    public void Receive(string from, string message) => Core.Receive(Now, At(from), Encoding.Latin1.GetBytes(message));

    /// <summary>Lets time pass, millisecond by deadline.</summary>
    public void Run(long milliseconds)
    {
        var end = Now + milliseconds;
        while (Core.NextDeadline <= end)
        {
            Now = Math.Max(Now, Core.NextDeadline);
            Core.Tick(Now);
        }

        Now = end;
    }

    /// <summary>Lets time pass while these peers of the seed's dialect answer whatever they are asked, within 100 ms.</summary>
    public void RunAnswering(long milliseconds, params (string Address, string Id)[] peers)
    {
        for (var end = Now + milliseconds; Now < end;)
        {
            Run(Math.Min(100, end - Now));
            foreach (var (to, datagram) in Take())
            {
                var peer = peers.FirstOrDefault(peer => At(peer.Address) == to);
                if (peer.Address is not null && Encoding.Latin1.GetString(datagram).Contains("4:typei1e", StringComparison.Ordinal))
                    Receive(peer.Address, Response(peer.Id));
            }
        }
    }

    /// <summary>Takes what was sent.</summary>
    public List<(Endpoint To, byte[] Datagram)> Take()
    {
        var taken = Sent.ToList();
        Sent.Clear();
        return taken;
    }

    /// <summary>Takes what was sent to one, of one type, as text.</summary>
    public List<string> Take(string to, int type) => [.. Take().Where(sent => sent.To == At(to)).Select(sent => Encoding.Latin1.GetString(sent.Datagram))
        .Where(text => text.Contains($"4:typei{type}e", StringComparison.Ordinal))];

    /// <summary>The walker's token in a message of it.</summary>
    public static byte[] TokenIn(string message) => Encoding.Latin1.GetBytes(message).AsSpan(message.IndexOf("2:kt8:", StringComparison.Ordinal) + 6, 8).ToArray();

    /// <summary>Makes a seed peer known: the walker asks it, it answers.</summary>
    public void Befriend(string address, string id = "aaaa1111", string pex = "", string? invitee = null)
    {
        Core.Introduce(Now, At(address));
        Receive(address, Response(id, pex, invitee));
        Sent.Clear();
    }

    /// <summary>Makes a node of Kith known; gives the walker's token for it.</summary>
    public byte[] BefriendKith(string address, string id = "bbbb2222", string? destination = null)
    {
        Sent.Clear();
        Core.Introduce(Now, At(address));
        var token = TokenIn(Take(address, 1)[0]);
        Receive(address, Kith(Response(id, destination: destination), token));
        Sent.Clear();
        return token;
    }

    void IDatagramSink.Send(Endpoint to, ReadOnlySpan<byte> datagram) => Sent.Add((to, datagram.ToArray()));

    void IWalkerObserver.Answered(long now, WalkerAnswer answer) => Answers.Add(answer);

    void IWalkerObserver.WanChanged(long now, Endpoint wan) => WanChanges.Add(wan);

    private string Message(int type, string id, string fields, string? destination = null) => string.Create(
        CultureInfo.InvariantCulture, $"d11:destination{Entry(destination ?? Here.ToString())}{fields}7:peer_id{id.Length}:{id}4:typei{type}ee");
}
