namespace Kith.Node.Api.Access;

/// <summary>Under which hosts this node's port is called, and its cookie. Bound once, after the port is known and before anybody else knows it.</summary>
internal sealed class Origins
{
    /// <summary>The port; 0 until bound.</summary>
    public int Port { get; private set; }

    /// <summary>The values of <c>Host</c> that are ours.</summary>
    public IReadOnlyList<string> Hosts { get; private set; } = [];

    /// <summary>The cookie's name. It holds the port, since browsers send a host's cookies to all of its ports, and several nodes may run on one machine.</summary>
    public string CookieName => $"kith-{Port}";

    /// <summary>Says which port it is.</summary>
    public void Bind(int port)
    {
        Port = port;
        Hosts = [$"127.0.0.1:{port}", $"localhost:{port}", $"[::1]:{port}"];
    }
}
