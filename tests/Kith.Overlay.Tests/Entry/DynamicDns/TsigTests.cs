using System.Buffers.Binary;
using System.Text.Json;
using Kith.Overlay.Entry.DynamicDns;
using Kith.Wire.Dns;

namespace Kith.Overlay.Tests.Entry.DynamicDns;

/// <summary>Against messages that BIND's nsupdate and named made for each other (Entry/Vectors/tsig-bind.json).</summary>
public sealed class TsigTests
{
    private const int AdditionalCountOffset = 10;

    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Entry", "Vectors", "tsig-bind.json"))).RootElement;

    public static TheoryData<int> Exchanges => [.. Enumerable.Range(0, Vectors.GetProperty("exchanges").GetArrayLength())];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Sign_MakesTheBytesOfNsupdate(int index)
    {
        var vector = Vectors.GetProperty("exchanges")[index];
        var request = Convert.FromHexString(vector.GetProperty("request").GetString()!);
        Assert.True(DnsMessage.TryRead(request, out var parsed));
        var unsigned = request[..parsed!.LastRecordOffset];
        BinaryPrimitives.WriteUInt16BigEndian(unsigned.AsSpan(AdditionalCountOffset), 0);
        Assert.Equal(request, Tsig.Sign(unsigned, Key(), vector.GetProperty("time").GetInt64(), out _));
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void Check_BelievesWhatNamedSignedAndNothingElse(int index)
    {
        var vector = Vectors.GetProperty("exchanges")[index];
        var time = vector.GetProperty("time").GetInt64();
        var request = Convert.FromHexString(vector.GetProperty("request").GetString()!);
        var mac = request[^38..^6];
        var answer = Convert.FromHexString(vector.GetProperty("answer").GetString()!);
        Assert.True(DnsMessage.TryRead(answer, out var message));
        Assert.Equal(vector.GetProperty("rcode").GetString(), message!.Rcode.ToString());
        var verdict = Tsig.Check(answer, message, Key(), mac, time);
        Assert.Equal(vector.GetProperty("error").GetString(), verdict.Error.ToString());
        // BADKEY and BADSIG come unsigned (RFC 8945 section 5.3.2).
        Assert.Equal(index < 2, verdict.IsValid);

        for (var i = 0; i < answer.Length; i++)
        {
            var changed = answer.ToArray();
            changed[i] ^= 0x20;
            // The header's id may be changed on the way (the original stands in the record), and the case of the record's names (RFC 8945 section 4.3); nothing else.
            if (DnsMessage.TryRead(changed, out var other) && Tsig.Check(changed, other!, Key(), mac, time).IsValid)
                Assert.True(i < 2 || (i >= message.LastRecordOffset && char.IsAsciiLetter((char)answer[i])), $"byte {i} may be changed");
        }

        Assert.False(Tsig.Check(answer, message, Key(), mac, time + Tsig.Fudge + 1).IsValid);
        Assert.False(Tsig.Check(answer, message, Key(), mac, time - Tsig.Fudge - 1).IsValid);
        Assert.False(Tsig.Check(answer, message, Key(), mac.AsSpan(1), time).IsValid);
    }

    [Fact]
    public void Unsigned_IsNotBelieved()
    {
        var answer = new DnsMessage { IsResponse = true, Opcode = DnsOpcode.Update };
        Assert.False(Tsig.Check(answer.ToBytes(), answer, Key(), new byte[32], 0).IsValid);
    }

    [Fact]
    public void KeyFile_AsTsigKeygenWritesIt_IsRead()
    {
        const string Text = """
            // made by tsig-keygen
            key "kith-entry" {
            	algorithm hmac-sha256;
            	secret "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
            };

            """;
        Assert.True(TsigKey.TryParseFile(Text, out var key, out var problem));
        Assert.Null(problem);
        Assert.Equal("kith-entry", key!.Name);
        Assert.Equal([.. Enumerable.Range(0, 32).Select(i => (byte)i)], key.Secret.ToArray());
        Assert.DoesNotContain("AAEC", key.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not a key file")]
    [InlineData("key \"a\" { algorithm hmac-sha512; secret \"AAEC\"; };", "hmac-sha512")]
    [InlineData("key \"a\" { algorithm hmac-sha256; secret \"?\"; };", "not a key file")]
    [InlineData("key \"a\" { secret \"AAEC\"; secret \"AAEC\"; secret \"AAEC\"; };", "not a key file")]
    [InlineData("key \"a b\" { algorithm hmac-sha256; secret \"AAEC\"; };", "not a key file")]
    [InlineData("key \"a\" { algorithm hmac-sha256; algorithm hmac-sha256; };", "not a key file")]
    public void OtherKeyFiles_AreRefusedWithASentence(string text, string said)
    {
        Assert.False(TsigKey.TryParseFile(text, out _, out var problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    private static TsigKey Key()
    {
        var key = Vectors.GetProperty("key");
        Assert.True(TsigKey.TryCreate(key.GetProperty("name").GetString()!, key.GetProperty("secret").GetString()!, out var read));
        return read!;
    }
}
