using Kith.Storage.Files;
using SQLitePCL;

namespace Kith.Storage.Sql;

/// <summary>SQLite's result codes (https://www.sqlite.org/rescode.html) as the faults that people get.</summary>
internal static class SqliteFaults
{
    public const string DamagedSentence = "vault.db is damaged and was left as it is: keep a copy of the home, then restore an export";

    private const int PrimaryMask = 0xff;
    private const int IoErrorRead = raw.SQLITE_IOERR | (1 << 8);
    private const int IoErrorShortRead = raw.SQLITE_IOERR | (2 << 8);
    private const int IoErrorCorruptFileSystem = raw.SQLITE_IOERR | (33 << 8);

    /// <param name="code">The extended result code.</param>
    /// <param name="systemError">The errno behind it, 0 for none.</param>
    /// <param name="detail">SQLite's own words, for the inner exception.</param>
    public static Exception From(int code, int systemError, string detail)
    {
        var cause = new InvalidOperationException($"SQLite result {code}, errno {systemError}: {detail}");
        return (code & PrimaryMask) switch
        {
            raw.SQLITE_FULL => new VaultException(VaultFault.DiskFull, FileFaults.DiskFullSentence, cause),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_FORMAT => new VaultException(VaultFault.Damaged, DamagedSentence, cause),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new VaultException(VaultFault.InUse, "another program is using vault.db", cause),
            raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_CANTOPEN =>
                new VaultException(VaultFault.NotWritable, "vault.db cannot be written: its folder or the file does not allow it", cause),
            raw.SQLITE_IOERR => FromIo(code, systemError, cause),
            _ => cause, // a defect of ours: never a sentence for people
        };
    }

    private static VaultException FromIo(int code, int systemError, Exception cause) => code switch
    {
        _ when FileFaults.IsDiskFull(systemError) => new VaultException(VaultFault.DiskFull, FileFaults.DiskFullSentence, cause),
        IoErrorRead or IoErrorShortRead or IoErrorCorruptFileSystem => new VaultException(VaultFault.Damaged, DamagedSentence, cause),
        _ => new VaultException(VaultFault.NotWritable, "the disk of vault.db reported an error: this was not saved", cause),
    };
}
