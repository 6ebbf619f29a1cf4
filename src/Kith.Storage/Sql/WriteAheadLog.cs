namespace Kith.Storage.Sql;

/// <summary>
/// What we do to the write-ahead log's file besides SQLite. It is given its full size in zeroes beforehand, since syncing a file that grows
/// costs twice as much as syncing one that does not (the file system must commit the new size too); and it is overwritten with zeroes
/// after a checkpoint when content was deleted, since the log keeps old pages until then. SQLite takes a log that starts with zeroes as empty.
/// </summary>
internal static class WriteAheadLog
{
    /// <summary>The log is moved into the database when it has this many frames, however busy the node is.</summary>
    public const int CheckpointFrames = 4000;

    private const int HeaderSize = 32;
    private const int FrameSize = 24 + 4096;

    /// <summary>Gives a log that is not there its size. One that is there may hold commits: it is left alone.</summary>
    /// <param name="path">The log's.</param>
    /// <param name="frames">Frames that it has room for.</param>
    public static void Prepare(string path, int frames = CheckpointFrames)
    {
        if (File.Exists(path))
            return;
        try
        {
            Overwrite(path, HeaderSize + ((long)frames * FrameSize), FileMode.CreateNew);
        }
        catch (IOException)
        {
            // A full disk: less speed, nothing else. What was written of it would only take room.
            File.Delete(path);
        }
    }

    /// <summary>Wipes the first frames of a log that is wholly in the database now; all of it when there are fewer.</summary>
    public static void Wipe(string path, int frames) =>
        Overwrite(path, Math.Min(HeaderSize + ((long)frames * FrameSize), new FileInfo(path).Length), FileMode.Open);

    private static void Overwrite(string path, long size, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode == FileMode.CreateNew)
            options.UnixCreateMode = Files.HomeFiles.FileMode;
        using var file = new FileStream(path, options);
        var zeroes = new byte[(int)Math.Min(size, 1 << 18)];
        for (var left = size; left > 0; left -= zeroes.Length)
            file.Write(zeroes.AsSpan(0, (int)Math.Min(left, zeroes.Length)));
        file.Flush(flushToDisk: true);
    }
}
