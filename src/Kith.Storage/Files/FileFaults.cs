namespace Kith.Storage.Files;

/// <summary>What the system says about files, as the sentences that people get.</summary>
internal static class FileFaults
{
    public const string DiskFullSentence = "the disk is full: this was not saved, everything before it was; free some space and try again";

    private const int FileTooBig = 27; // EFBIG
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT, Linux
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether an errno means that there is no room.</summary>
    public static bool IsDiskFull(int errorNumber) => errorNumber is NoSpace or QuotaExceeded or FileTooBig;

    /// <summary>Whether an exception comes from the file system at all.</summary>
    public static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The fault behind a file-system exception.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="what">What could not be written or read, for the sentence: "the home /x".</param>
    public static VaultException From(Exception error, string what) =>
        error is IOException && (IsDiskFull(error.HResult) || error.HResult == WindowsDiskFull)
            ? new VaultException(VaultFault.DiskFull, DiskFullSentence, error)
            : new VaultException(VaultFault.NotWritable, $"{what} cannot be used: {FirstLine(error.Message)}", error);

    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('.', '\r', ' ');
}
