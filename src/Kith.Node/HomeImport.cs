using Kith.Node.Network;
using Kith.Storage;
using Kith.Storage.Export;

namespace Kith.Node;

/// <summary>Makes a home out of an exported file.</summary>
public static class HomeImport
{
    /// <summary>Reads an export into a new home.</summary>
    /// <param name="file">The exported file.</param>
    /// <param name="passphrase">The export's passphrase; the home's vault gets none: <c>kith passphrase</c> sets one.</param>
    /// <param name="home">The home, which must be new or empty.</param>
    /// <param name="cancellationToken">Checked before the work begins: an import is short and leaves nothing when it fails.</param>
    /// <returns>The ways into Tor's network that came with it; null from an export of a Kith that carried none.</returns>
    /// <exception cref="NodeStartException">Wrong passphrase, damaged or cut, a home in use; nothing is left behind.</exception>
    public static Task<ImportedWays?> RunAsync(string file, string passphrase, string home, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            try
            {
                using var source = File.OpenRead(file);
                ImportedWays? imported = null;
                var whole = Path.GetFullPath(home);
                VaultImport.Read(source, passphrase, new VaultOptions { Home = home }, (folder, beside) => imported = beside is null ? null : Take(folder, whole, beside));
                return imported;
            }
            catch (VaultException e)
            {
                throw new NodeStartException(e.Message, e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new NodeStartException($"{file} cannot be read.", e);
            }
        },
        cancellationToken);

    // Before the home has its name: one without its bridges would go the open way.
    private static ImportedWays Take(string folder, string home, byte[] beside)
    {
        if (!CarriedWays.TryRead(beside, out var ways))
            throw new NodeStartException("The bridges, or the other ways into Tor's network, that are in this export cannot be read: nothing was restored.");
        ways.Keep(folder, home);
        return new ImportedWays(ways.Bridges.Count, ways.Entries.Count, ways.MissingTransports(), ways.ControlPort is not null, ways.HasLines ? Path.Combine(home, CarriedWays.LinesFile) : null);
    }
}
