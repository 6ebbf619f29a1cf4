using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Kith.Crypto;
using Kith.Wire;

namespace Kith.Transport.Tor.Control;

/// <summary>The commands that we give, each one line without its end (control-spec, section 3). What goes into them is checked or encoded here: none can become two.</summary>
internal static class ControlCommands
{
    public const string ProtocolInfo = "PROTOCOLINFO 1";

    /// <summary>Tor ends when this connection does (section 3.23): no tor outlives a node that was killed.</summary>
    public const string TakeOwnership = "TAKEOWNERSHIP";

    /// <summary>Told to Tor before it polls our process: the connection is what counts from now on.</summary>
    public const string ForgetOwner = "RESETCONF __OwningControllerProcess";

    public const string SetEvents = "SETEVENTS STATUS_CLIENT STATUS_GENERAL HS_DESC";

    public const string GetBootstrap = "GETINFO status/bootstrap-phase";

    public const string GetSocks = "GETINFO net/listeners/socks";

    public const string GetCircuits = "GETINFO circuit-status";

    /// <summary>Forgets what it looked for and did not find, and takes new circuits for new streams (section 3.7). Streams that stand go on.</summary>
    public const string NewIdentity = "SIGNAL NEWNYM";

    /// <summary>Ends it at once, and in order (section 3.7).</summary>
    public const string Halt = "SIGNAL HALT";

    private const int ExpandedKeySize = 64;

    public static string AuthChallenge(ReadOnlySpan<byte> nonce) => "AUTHCHALLENGE SAFECOOKIE " + Convert.ToHexString(nonce);

    public static string Authenticate(ReadOnlySpan<byte> proof) => proof.IsEmpty ? "AUTHENTICATE" : "AUTHENTICATE " + Convert.ToHexString(proof);

    /// <summary>A service with a key of ours, with its proof-of-work defence on, and closed to all but <paramref name="clients"/> when there are any (section 3.27).</summary>
    public static string AddOnion(Ed25519PrivateKey key, IEnumerable<(int Port, IPEndPoint Target)> ports, IEnumerable<X25519PublicKey> clients)
    {
        var clientList = clients.ToArray();
        var command = new StringBuilder("ADD_ONION ED25519-V3:", 256 + (clientList.Length * 80));
        command.Append(ExpandedKey(key));
        if (clientList.Length > 0)
            command.Append(" Flags=V3Auth");
        command.Append(" PoWDefensesEnabled=1");
        foreach (var (port, target) in ports)
            command.Append(CultureInfo.InvariantCulture, $" Port={port},{target}");
        foreach (var client in clientList)
            command.Append(" ClientAuthV3=").Append(Base32.Encode(client.ToArray()).ToUpperInvariant());
        return command.ToString();
    }

    public static string DeleteOnion(OnionAddress service) => $"DEL_ONION {service}";

    public static string CloseCircuit(string id) => $"CLOSECIRCUIT {id}";

    /// <summary>The key with which a service of somebody else's lets us in (section 3.30).</summary>
    public static string AddClientKey(OnionAddress service, X25519PrivateKey key) => $"ONION_CLIENT_AUTH_ADD {service} x25519:{Convert.ToBase64String(key.Value)}";

    public static string RemoveClientKey(OnionAddress service) => $"ONION_CLIENT_AUTH_REMOVE {service}";

    // Tor wants RFC 8032's expanded form (section 5.1.5, steps 1 and 2): the clamped scalar and the prefix.
    private static string ExpandedKey(Ed25519PrivateKey key)
    {
        Span<byte> expanded = stackalloc byte[ExpandedKeySize];
        Sha512.Hash(key.Seed, expanded);
        expanded[0] &= 248;
        expanded[31] &= 127;
        expanded[31] |= 64;
        var text = Convert.ToBase64String(expanded);
        CryptographicOperations.ZeroMemory(expanded);
        return text;
    }
}
