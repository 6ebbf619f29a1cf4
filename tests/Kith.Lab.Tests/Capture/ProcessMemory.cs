using System.Globalization;

namespace Kith.Lab.Tests.Capture;

/// <summary>All that a running process has in memory that it can write to: the heaps of the run-time, garbage that was not overwritten among it, stacks and buffers (proc(5)).</summary>
internal static class ProcessMemory
{
    private const int ChunkSize = 4 * 1024 * 1024;
    private const int Overlap = 64; // more than the longest form looked for

    /// <summary>Which of the traces are there.</summary>
    public static IReadOnlySet<T> Find<T>(int process, IReadOnlyDictionary<T, AddressTraces> traces)
        where T : notnull
    {
        var found = new HashSet<T>();
        var chunk = new byte[ChunkSize + Overlap];
        using var memory = new FileStream($"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        foreach (var (start, end) in Mappings(process))
        {
            for (var at = start; at < end; at += ChunkSize)
            {
                var read = Read(memory, at, chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - at)));
                foreach (var (name, trace) in traces)
                {
                    if (!found.Contains(name) && trace.IsIn(chunk.AsSpan(0, read)))
                        found.Add(name);
                }
            }
        }

        return found;
    }

    private static IEnumerable<(long Start, long End)> Mappings(int process)
    {
        foreach (var line in File.ReadLines($"/proc/{process}/maps"))
        {
            // start-end perms offset device inode path
            var parts = line.Split(' ', 3);
            var range = parts[0].Split('-');
            if (parts[1].StartsWith("rw", StringComparison.Ordinal))
                yield return (long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
    }

    // What was given back meanwhile cannot be read, and is not the process's any more.
    private static int Read(FileStream memory, long at, Span<byte> into)
    {
        var total = 0;
        try
        {
            memory.Seek(at, SeekOrigin.Begin);
            while (total < into.Length && memory.Read(into[total..]) is > 0 and var read)
                total += read;
        }
        catch (IOException)
        {
            return total;
        }

        return total;
    }
}
