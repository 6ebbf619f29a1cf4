namespace Kith.Storage.Files;

/// <summary>The names inside a home that belong to the vault.</summary>
internal sealed class HomeFiles(string home)
{
    /// <summary>The owner alone may enter the folder.</summary>
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The owner alone may read and write a file.</summary>
    public const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Home { get; } = Path.GetFullPath(home);

    public string Database => Path.Combine(Home, "vault.db");

    public string WriteAheadLog => Path.Combine(Home, "vault.db-wal");

    public string Key => Path.Combine(Home, "vault.key");

    /// <summary>The key of a vault that is being created: while it bears this name nobody has committed anything yet.</summary>
    public string UnfinishedKey => Path.Combine(Home, "vault.key.new");

    public string Lock => Path.Combine(Home, "lock");

    /// <summary>Creates the folder, for its owner alone.</summary>
    public void CreateFolder()
    {
        if (Directory.Exists(Home))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Home);
        else
            Directory.CreateDirectory(Home, FolderMode);
    }
}
