using Kith.Messaging.Signal;

namespace Kith.Messaging.Tests.Signal;

public sealed class RatchetKeysTests
{
    // Source: libsignal v0.72.1, rust/protocol/src/ratchet/keys.rs, test_chain_key_derivation.
    [Fact]
    public void Step_VectorOfLibsignal_GivesItsKeys()
    {
        var chainKey = Convert.FromHexString("8ab72d6f4cc5ac0d387eaf463378ddb28edd07385b1cb01250c715982e7ad48f");
        var seed = new byte[32];
        var next = new byte[32];
        RatchetKeys.Step(chainKey, seed, next);
        Assert.Equal("28e8f8fee54b801eef7c5cfb2f17f32c7b334485bbb70fac6ec10342a246d15d", Convert.ToHexStringLower(next));
        var room = new byte[MessageKeys.Size];
        using (var keys = new MessageKeys(seed, room))
        {
            Assert.Equal("bf51e9d75e0e31031051f82a2491ffc084fa298b7793bd9db620056febf45217", Convert.ToHexStringLower(keys.CipherKey));
            Assert.Equal("c6c77d6a73a354337a56435e34607dfe48e3ace14e77314dc6abc172e7a7030b", Convert.ToHexStringLower(room.AsSpan(32, 32)));
        }

        Assert.Equal(new byte[MessageKeys.Size], room);
        RatchetKeys.Advance(chainKey);
        Assert.Equal(next, chainKey);
    }
}
