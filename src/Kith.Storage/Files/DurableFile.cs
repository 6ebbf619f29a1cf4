namespace Kith.Storage.Files;

/// <summary>Small files that are either the old or the new one after a crash, never half of one.</summary>
internal static class DurableFile
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>Writes and syncs a new file, for its owner alone; replaces what has the name.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = Create(path);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Gives a synced file its final name; durable on return.</summary>
    public static void Publish(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        Posix.SyncFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>
    /// Replaces a file atomically, then overwrites the bytes of the old one where they lay: what it held was a key. (Media that never write
    /// in place, as flash, may keep a copy; docs/protocol/vault.md says so.)
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporarySuffix;
        Write(temporary, content);
        using var old = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        Publish(temporary, path);
        old.Write(new byte[old.Length]);
        old.Flush(flushToDisk: true);
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = HomeFiles.FileMode;
        return new FileStream(path, options);
    }
}
