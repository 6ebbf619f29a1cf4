namespace Kith.Node.Home;

/// <summary>Small files in the home for their owner alone (mode 0600), the old or the new one at any moment.</summary>
internal static class PrivateFile
{
    /// <summary>Writes or replaces a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="content">All of it.</param>
    /// <param name="isSynced">Whether it is on the disk before it gets its name: for what is no convenience.</param>
    public static void Write(string path, ReadOnlySpan<byte> content, bool isSynced = false)
    {
        var temporary = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            if (isSynced)
                file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
