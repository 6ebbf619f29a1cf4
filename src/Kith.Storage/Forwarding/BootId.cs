namespace Kith.Storage.Forwarding;

/// <summary>Which start of the machine this is: what a process wrote is there for the next one, synced or not, as long as it is the same.</summary>
internal static class BootId
{
    /// <summary>Bytes in an id.</summary>
    public const int Size = 16;

    private const string LinuxPath = "/proc/sys/kernel/random/boot_id"; // random(4)

    /// <summary>The id; null where the system says none.</summary>
    public static byte[]? Read()
    {
        try
        {
            return OperatingSystem.IsLinux() && Guid.TryParse(File.ReadAllText(LinuxPath), out var id) ? id.ToByteArray() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
