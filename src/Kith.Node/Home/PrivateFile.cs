namespace Kith.Node.Home;

/// <summary>Small files in the home for their owner alone (mode 0600), the old or the new one at any moment. They are conveniences: they are not synced.</summary>
internal static class PrivateFile
{
    /// <summary>Writes or replaces a file.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
            file.Write(content);
        File.Move(temporary, path, overwrite: true);
    }
}
