using System.Diagnostics;
using Kith.Transport.Tor.Control;

namespace Kith.Transport.Tests.Tor.Control;

public sealed class CookieFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kith-cookie-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "cookie");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OfTheOwnerAlone_IsRead()
    {
        Write(32, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal(new byte[32], CookieFile.Read(Path));
    }

    [Fact]
    public void WhatEverybodyCanRead_IsNoProof()
    {
        Write(32, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Null(CookieFile.Read(Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void AnotherSize_IsNoCookie(int size)
    {
        Write(size, UnixFileMode.UserRead);
        Assert.Null(CookieFile.Read(Path));
    }

    [Fact(Timeout = 30_000)]
    public async Task PipesDevicesLinksAndFolders_AreNeverWaitedFor()
    {
        await Process.Start("mkfifo", Path).WaitForExitAsync(TestContext.Current.CancellationToken);
        var secret = System.IO.Path.Combine(_folder, "secret");
        await File.WriteAllBytesAsync(secret, new byte[32], TestContext.Current.CancellationToken);
        var link = System.IO.Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, secret);
        foreach (var path in new[] { Path, link, "/dev/zero", "/dev/tty", _folder, "/nowhere", "", "\0" })
            Assert.Null(await Task.Run(() => CookieFile.Read(path), TestContext.Current.CancellationToken));
    }

    private void Write(int size, UnixFileMode mode)
    {
        File.WriteAllBytes(Path, new byte[size]);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, mode);
    }
}
