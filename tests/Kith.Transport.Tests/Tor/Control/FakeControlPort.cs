#pragma warning disable RS0030 // a raw socket plays Tor

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Kith.Transport.Tests.Tor.Control;

/// <summary>A control port that answers as a test wants. Its cookie is right unless the test says otherwise.</summary>
internal sealed class FakeControlPort : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, string?> _answer;
    private readonly Task _running;
    private readonly byte[] _cookie = new byte[32];
    private readonly string? _socketFile;
    private Socket? _client;

    /// <param name="answer">What is said to a command, without the last line's end; null: what a willing Tor says; "close": the connection is closed; "" : nothing.</param>
    /// <param name="socketFile">A socket in the file system to listen at; null: a TCP port on loopback.</param>
    public FakeControlPort(Func<string, string?> answer, string? socketFile = null)
    {
        (_answer, _socketFile) = (answer, socketFile);
        EndPoint at = socketFile is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(socketFile);
        _listener = new Socket(at.AddressFamily, SocketType.Stream, socketFile is null ? ProtocolType.Tcp : ProtocolType.Unspecified);
        _listener.Bind(at);
        _listener.Listen();
        CookieFile = Path.GetTempFileName();
        File.WriteAllBytes(CookieFile, _cookie);
        _running = RunAsync();
    }

    public string CookieFile { get; }

    public string Address => _socketFile ?? _listener.LocalEndPoint!.ToString()!;

    public List<string> Commands { get; } = [];

    /// <summary>Whether it was told a command that begins so.</summary>
    public bool Heard(string command)
    {
        lock (Commands)
            return Commands.Exists(said => said.StartsWith(command, StringComparison.Ordinal));
    }

    /// <summary>Closes the connection that there is.</summary>
    public void Drop() => Volatile.Read(ref _client)?.Shutdown(SocketShutdown.Both);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        File.Delete(CookieFile);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptAsync(_stopping.Token);
            Volatile.Write(ref _client, client);
            try
            {
                await TalkAsync(client);
            }
            catch (IOException)
            {
                // The connection was dropped while something was said: the next one is taken.
            }
        }
    }

    private async Task TalkAsync(Socket client)
    {
        await using var stream = new NetworkStream(client);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (await reader.ReadLineAsync(_stopping.Token) is { } command)
        {
            lock (Commands)
                Commands.Add(command);
            var answer = _answer(command) ?? Willing(command);
            if (answer == "close")
                break;
            if (answer.Length > 0)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer + "\r\n"), _stopping.Token);
        }
    }

    private string Willing(string command) => command.Split(' ') switch
    {
        ["PROTOCOLINFO", ..] => $"250-PROTOCOLINFO 1\r\n250-AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE=\"{CookieFile}\"\r\n250-VERSION Tor=\"0.4.9.11\"\r\n250 OK",
        ["AUTHCHALLENGE", "SAFECOOKIE", var nonce] => Challenge(nonce),
        ["GETINFO", "net/listeners/socks"] => "250-net/listeners/socks=\"127.0.0.1:9050\"\r\n250 OK",
        ["GETINFO", "status/bootstrap-phase"] => "250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"\r\n250 OK",
        _ => "250 OK",
    };

    // control-spec, section 3.24.
    private string Challenge(string nonce)
    {
        var server = new byte[32];
        byte[] message = [.. _cookie, .. Convert.FromHexString(nonce), .. server];
        var hash = HMACSHA256.HashData("Tor safe cookie authentication server-to-controller hash"u8, message);
        return $"250 AUTHCHALLENGE SERVERHASH={Convert.ToHexString(hash)} SERVERNONCE={Convert.ToHexString(server)}";
    }
}
