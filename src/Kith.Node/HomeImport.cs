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
    /// <exception cref="NodeStartException">Wrong passphrase, damaged or cut, a home in use; nothing is left behind.</exception>
    public static Task RunAsync(string file, string passphrase, string home, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            try
            {
                using var source = File.OpenRead(file);
                VaultImport.Read(source, passphrase, new VaultOptions { Home = home });
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
}
