namespace Kith.Node;

/// <summary>What an import brought of the ways into Tor's network, for whoever starts the new home.</summary>
/// <param name="Bridges">How many bridges: Tor's network is called through them alone.</param>
/// <param name="Entries">How many entry points at onion addresses.</param>
/// <param name="MissingTransports">Transports of these bridges whose programs are not on this machine: until they are, Tor is not started.</param>
/// <param name="UsesControlPort">Whether a Tor that runs already is used, by its control port.</param>
/// <param name="LinesFile">Where further lines of a torrc have to be put, which are in no export; null when none were used.</param>
public sealed record ImportedWays(int Bridges, int Entries, IReadOnlyList<string> MissingTransports, bool UsesControlPort, string? LinesFile);
