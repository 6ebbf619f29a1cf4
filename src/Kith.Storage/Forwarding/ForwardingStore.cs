using System.Globalization;
using Kith.Crypto;
using Kith.Forwarding.Keys;
using Kith.Storage.Files;

namespace Kith.Storage.Forwarding;

/// <summary>
/// Forwarding keys in the folder <c>forward</c> of a home, one file for each epoch, with the tags of what came under them. No fault of the disk stops the node: what cannot be kept is not used again. The home's lock is
/// held by the vault, which also seals the keys. Not for several threads, but for the journals.
/// </summary>
public sealed class ForwardingStore : IForwardingStore, IDisposable
{
    private readonly string _folder;
    private readonly SecretBytes _seal;
    private readonly byte[]? _boot;
    private readonly Dictionary<int, KeyFile> _files = [];

    internal ForwardingStore(string home, SecretBytes seal, byte[]? boot)
    {
        _folder = Path.Combine(Path.GetFullPath(home), "forward");
        (_seal, _boot) = (seal, boot);
    }

    /// <summary>The store of a home.</summary>
    /// <param name="home">The home's folder.</param>
    /// <param name="seal"><see cref="Vault.ForwardingSeal"/>; stays the caller's.</param>
    public static ForwardingStore Open(string home, SecretBytes seal) => new(home, seal, BootId.Read());

    /// <inheritdoc/>
    public IReadOnlyList<StoredForwardingKey> Load()
    {
        var found = new List<StoredForwardingKey>();
        try
        {
            if (!Directory.Exists(_folder))
                return found;
            foreach (var path in Directory.GetFiles(_folder))
            {
                if (TryOpen(path) is { } key)
                    found.Add(key);
                else
                    File.Delete(path);
            }
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            // What was found so far is good; what was not is never used again, since new keys take its place.
        }

        return found;
    }

    /// <inheritdoc/>
    public ITagJournal? Add(int epoch, ReadOnlySpan<byte> secret)
    {
        Remove(epoch);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(_folder);
            else
                Directory.CreateDirectory(_folder, HomeFiles.FolderMode);
            return _files[epoch] = KeyFile.Create(PathOf(epoch), epoch, secret, _seal, _boot, SystemRandom.Instance);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            // A file that nobody writes tags into must not be found at the next start.
            Remove(epoch);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Remove(int epoch)
    {
        if (_files.Remove(epoch, out var file))
            file.Erase();
        try
        {
            File.Delete(PathOf(epoch));
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            // It was erased, and its epoch is over.
        }
    }

    /// <summary>Closes the files in order.</summary>
    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Close();
        _files.Clear();
    }

    private StoredForwardingKey? TryOpen(string path)
    {
        if (!int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) || PathOf(epoch) != path)
            return null;
        var file = KeyFile.TryOpen(path, epoch, _seal, _boot, out var secret, out var tags);
        if (file is null)
            return null;
        _files[epoch] = file;
        return new StoredForwardingKey(epoch, secret, tags, file);
    }

    private string PathOf(int epoch) => Path.Combine(_folder, epoch.ToString(CultureInfo.InvariantCulture));
}
