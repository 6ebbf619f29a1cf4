using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class HomeLockTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void HeldByAnotherProcess_SaysWhich_AndIsFreeWhenThatIsKilled()
    {
        using var process = ChildProcess.Start(ChildProcess.Hold, _home.Home);
        Assert.Equal("open", process.StandardOutput.ReadLine());

        var error = Assert.Throws<VaultException>(() => _home.Open());
        Assert.Equal(VaultFault.InUse, error.Fault);
        Assert.Contains($"another node (process {process.Id}) is using this home", error.Message, StringComparison.Ordinal);
        Assert.Equal(process.Id, HomeLock.ReadHolder(_home.Home));

        process.Kill();
        process.WaitForExit();
        _home.Open().Dispose();
    }

    [Fact]
    public void HeldByThisProcess_RefusesASecond_AndIsFreeWhenDisposed()
    {
        using (_home.Open())
        {
            Assert.Equal(VaultFault.InUse, Assert.Throws<VaultException>(() => HomeLock.Acquire(_home.Home)).Fault);
        }
        HomeLock.Acquire(_home.Home).Dispose();
    }

    [Fact]
    public void RefusedHome_IsLeftAsItIs()
    {
        using var vault = _home.Open();
        Write(vault, v => v.Messages.Put(Message(1, 1)));
        Assert.Throws<VaultException>(() => _home.Open());
        Write(vault, v => v.Messages.Put(Message(1, 2)));
        Assert.NotNull(vault.Messages.Find(Id(1)));
    }

    [Fact]
    public void NoLockFile_NamesNobody() => Assert.Null(HomeLock.ReadHolder(_home.Home));
}
