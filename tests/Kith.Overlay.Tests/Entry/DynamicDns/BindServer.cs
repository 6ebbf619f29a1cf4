using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Transport.Dns;
using Kith.Wire;
using Kith.Wire.Dns;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>A real BIND in the foreground on loopback, with a zone, a key that may change the dynamic name and one that may not, in a folder of its own.</summary>
internal sealed class BindServer : IAsyncDisposable
{
    public const string Zone = "kith.test";
    public const string Name = "entry.kith.test";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly string _folder;
    private readonly Process _named;
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _log = [];

    private BindServer(string folder, Endpoint endpoint, TsigKey key, TsigKey powerless, Process named)
    {
        _folder = folder;
        Endpoint = endpoint;
        Key = key;
        Powerless = powerless;
        _named = named;
    }

    public Endpoint Endpoint { get; }

    /// <summary>May change <see cref="Name"/> and what is below it.</summary>
    public TsigKey Key { get; }

    /// <summary>Known to the server, and allowed nothing.</summary>
    public TsigKey Powerless { get; }

    private static string? Executable { get; } = new[] { "/usr/sbin/named", "/usr/bin/named", "/usr/local/sbin/named" }.FirstOrDefault(File.Exists);

    /// <param name="names">Lines of the zone besides SOA and NS.</param>
    public static async Task<BindServer> StartAsync(string names = "")
    {
        Assert.SkipWhen(Executable is null, "BIND's named is not installed (Debian: bind9; scripts/install-system --tests)");
        var folder = Directory.CreateTempSubdirectory("kith-bind-").FullName;
        var endpoint = FreeEndpoint();
        var (secret, other) = (NewSecret(), NewSecret());
        await File.WriteAllTextAsync(Path.Combine(folder, "named.conf"), Configuration(folder, endpoint.Port, secret, other));
        await File.WriteAllTextAsync(Path.Combine(folder, "zone"), $"""
            $TTL 60
            @ IN SOA ns.{Zone}. admin.{Zone}. 1 3600 600 86400 60
            @ IN NS ns.{Zone}.
            ns IN A 127.0.0.1
            {names}

            """);
        var start = new ProcessStartInfo(Executable, ["-g", "-c", Path.Combine(folder, "named.conf")]) { RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        Assert.True(TsigKey.TryCreate("kith-entry", secret, out var key));
        Assert.True(TsigKey.TryCreate("kith-other", other, out var powerless));
        var named = new Process { StartInfo = start };
        var server = new BindServer(folder, endpoint, key!, powerless!, named);
        named.ErrorDataReceived += (_, line) => server.Log(line.Data);
        Assert.True(named.Start());
        named.BeginErrorReadLine();
        try
        {
            await server._running.Task.WaitAsync(StartTimeout);
        }
        catch (TimeoutException)
        {
            await server.DisposeAsync();
            Assert.Fail("BIND did not start:\n" + server.LogText());
        }

        return server;
    }

    public string LogText()
    {
        lock (_log)
            return string.Join('\n', _log);
    }

    /// <summary>The entry nodes that the server names now.</summary>
    public async Task<IReadOnlyList<Endpoint>> EntriesAsync()
    {
        var entries = new List<Endpoint>();
        foreach (var record in await QueryAsync("_kith._udp." + Name, DnsType.Srv))
        {
            Assert.True(record.TryReadSrv(out var port, out var target));
            foreach (var type in (DnsType[])[DnsType.A, DnsType.Aaaa])
            {
                foreach (var host in await QueryAsync(target.ToString(), type))
                {
                    Assert.True(host.TryReadAddress(out var address));
                    entries.Add(Endpoint.From(address, port));
                }
            }
        }

        return [.. entries.OrderBy(entry => entry.ToString(), StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<DnsRecord>> QueryAsync(string name, DnsType type)
    {
        Assert.True(DnsName.TryParse(name, out var dnsName));
        var query = new DnsMessage { Id = 7, Questions = [new DnsQuestion(dnsName, type, DnsClass.In)] };
        var answer = await ExchangeAsync(query.ToBytes());
        Assert.True(DnsMessage.TryRead(answer, out var message));
        return [.. message!.Answers.Where(record => record.Type == type)];
    }

    public async Task<byte[]> ExchangeAsync(byte[] message)
    {
        var answer = await new DnsTransport(TimeProvider.System).ExchangeAsync(Endpoint, message, TestContext.Current.CancellationToken);
        Assert.True(answer is not null, "BIND did not answer:\n" + LogText());
        return answer!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_named.HasExited)
            _named.Kill();
        await _named.WaitForExitAsync();
        _named.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Log(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.Add(line);
        if (line.EndsWith(" running", StringComparison.Ordinal))
            _running.TrySetResult();
    }

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static Endpoint FreeEndpoint()
    {
        while (true)
        {
            using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            var endPoint = (IPEndPoint)udp.Client.LocalEndPoint!;
            using var tcp = new TcpListener(endPoint);
            try
            {
                tcp.Start();
                return Endpoint.From(endPoint);
            }
            catch (SocketException)
            {
                // Taken for TCP: another number.
            }
        }
    }

    private static string Configuration(string folder, ushort port, string secret, string other) => $$"""
        options {
          directory "{{folder}}";
          listen-on port {{port}} { 127.0.0.1; };
          listen-on-v6 { none; };
          allow-transfer { none; };
          recursion no;
          dnssec-validation no;
          notify no;
          pid-file none;
          session-keyfile none;
        };
        controls { };
        key "kith-entry" { algorithm hmac-sha256; secret "{{secret}}"; };
        key "kith-other" { algorithm hmac-sha256; secret "{{other}}"; };
        zone "{{Zone}}" {
          type primary;
          file "zone";
          update-policy { grant kith-entry subdomain {{Name}}. SRV A AAAA; };
        };
        """;
}
