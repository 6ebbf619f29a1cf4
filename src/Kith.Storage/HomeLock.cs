using System.Globalization;
using System.Text;
using Kith.Storage.Files;

namespace Kith.Storage;

/// <summary>
/// The exclusive hold on a home: an flock(2) on its <c>lock</c> file, which names the holder's process. The kernel lets go of it with the
/// process, however that ends; the file stays, since removing it would let two in.
/// </summary>
public sealed class HomeLock : IDisposable
{
    private readonly FileStream _file;

    private HomeLock(FileStream file) => _file = file;

    /// <summary>Takes the home, which is created when it is not there.</summary>
    /// <exception cref="VaultException">In use, or not writable.</exception>
    public static HomeLock Acquire(string home)
    {
        var files = new HomeFiles(home);
        try
        {
            files.CreateFolder();
            var file = Open(files);
            try
            {
                file.SetLength(0);
                file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
                file.Flush();
            }
            catch (IOException)
            {
                // A full disk: the lock holds all the same, only the number for the message is missing.
            }
            return new HomeLock(file);
        }
        catch (Exception error) when (FileFaults.IsFileError(error))
        {
            throw FileFaults.From(error, $"the home {files.Home}");
        }
    }

    /// <summary>The process that a home's lock file names (it may have ended since), or null.</summary>
    public static int? ReadHolder(string home) =>
        int.TryParse(Posix.ReadStart(new HomeFiles(home).Lock), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : null;

    /// <summary>Lets the home go.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStream Open(HomeFiles files)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = HomeFiles.FileMode;
        try
        {
            return new FileStream(files.Lock, options);
        }
        catch (IOException error) when (IsLocked(error))
        {
            var holder = ReadHolder(files.Home);
            var who = holder is null ? "another node" : $"another node (process {holder})";
            throw new VaultException(VaultFault.InUse, $"{who} is using this home: {files.Home}", error);
        }
    }

    /// <summary>EWOULDBLOCK of flock(2) on Linux and macOS, or the sharing violation of Windows.</summary>
    private static bool IsLocked(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);
}
