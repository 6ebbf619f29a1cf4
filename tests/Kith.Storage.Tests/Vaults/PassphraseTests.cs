using static Kith.Storage.Tests.TestHome;

namespace Kith.Storage.Tests.Vaults;

public sealed class PassphraseTests : IDisposable
{
    private readonly TestHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Protected_OpensWithItsPassphraseAlone()
    {
        using (var vault = _home.Open("correct horse"))
            Write(vault, v => v.Messages.Put(Message(1, 1)));
        Assert.True(Vault.NeedsPassphrase(_home.Home));
        AssertRefused("the passphrase is wrong", "wrong");
        AssertRefused("this home needs its passphrase", null);
        using (var vault = _home.Open("correct horse"))
            Assert.NotNull(vault.Messages.Find(Id(1)));
    }

    [Fact]
    public void Unprotected_RefusesAPassphrase()
    {
        Assert.False(Vault.Exists(_home.Home));
        Assert.False(Vault.NeedsPassphrase(_home.Home));
        _home.Open().Dispose();
        Assert.True(Vault.Exists(_home.Home));
        Assert.False(Vault.NeedsPassphrase(_home.Home));
        AssertRefused("this home has no passphrase: open it without one", "x");
    }

    [Fact]
    public void EmptyPassphrase_IsRefusedAndCreatesNothing()
    {
        Assert.Equal(VaultFault.WrongPassphrase, Assert.Throws<VaultException>(() => _home.Open("")).Fault);
        Assert.False(Vault.Exists(_home.Home));
    }

    [Fact]
    public void Changed_TheNewOneOpensAndTheOldDoesNot()
    {
        using (var vault = _home.Open())
        {
            Write(vault, v => v.Messages.Put(Message(1, 1)));
            vault.ChangePassphrase(null, "first");
            vault.ChangePassphrase("first", "second");
            Assert.Equal(VaultFault.WrongPassphrase, Assert.Throws<VaultException>(() => vault.ChangePassphrase("first", "third")).Fault);
        }
        AssertRefused("the passphrase is wrong", "first");
        using (var vault = _home.Open("second"))
        {
            Assert.NotNull(vault.Messages.Find(Id(1)));
            vault.ChangePassphrase("second", null);
        }
        _home.Open().Dispose();
        Assert.False(File.Exists(_home.Key + ".tmp"));
    }

    [Fact]
    public void Files_AreForTheirOwnerAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes");
        if (OperatingSystem.IsWindows())
            return;
        using var vault = _home.Open();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_home.Home));
        foreach (var file in Directory.GetFiles(_home.Home))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        vault.ChangePassphrase(null, "x");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Key));
    }

    private void AssertRefused(string sentence, string? passphrase)
    {
        var error = Assert.Throws<VaultException>(() => _home.Open(passphrase));
        Assert.Equal(VaultFault.WrongPassphrase, error.Fault);
        Assert.Equal(sentence, error.Message);
    }
}
