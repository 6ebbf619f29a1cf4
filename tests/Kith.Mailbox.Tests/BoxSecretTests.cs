using Kith.Mailbox.Boxes;

namespace Kith.Mailbox.Tests;

public sealed class BoxSecretTests
{
    [Fact]
    public void SecretOfAnotherSize_IsRefused() => Assert.Throws<ArgumentException>(() => new BoxSecret(new byte[31]));
}
