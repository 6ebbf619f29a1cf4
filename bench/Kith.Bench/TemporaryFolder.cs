namespace Kith.Bench;

/// <summary>A folder on the disk where homes stand by default, so that a sync there costs what it costs people.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "kith-bench-" + Environment.ProcessId + "-" + Guid.NewGuid().ToString("n")[..8]);

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
