using System.Security.Cryptography;
using Kith.Crypto.Kem;

namespace Kith.Crypto.Tests.Kem;

/// <summary>The 100 known answers of the round 3 submission; sources are named in the files under Vectors/Kyber.</summary>
public sealed class Kyber1024KnownAnswerTests
{
    private static string Vector(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", "Kyber", name);

    [Fact]
    public void FullRecords_GeneratedAgain_MatchByteForByte()
    {
        Dictionary<string, byte[]> record = [];
        int checkedRecords = 0;
        foreach (string line in File.ReadLines(Vector("kyber1024-round3.rsp")))
        {
            string[] parts = line.Split(" = ");
            if (line.StartsWith('#') || parts.Length != 2 || parts[0] == "count")
                continue;
            record[parts[0]] = Convert.FromHexString(parts[1]);
            if (parts[0] != "ss")
                continue;
            Answer answer = Run(record["seed"]);
            Assert.Equal(record["pk"], answer.PublicKey);
            Assert.Equal(record["sk"], answer.SecretKey);
            Assert.Equal(record["ct"], answer.Ciphertext);
            Assert.Equal(record["ss"], answer.Secret);
            checkedRecords++;
        }

        Assert.Equal(2, checkedRecords);
    }

    [Fact]
    public void HashedRecords_GeneratedAgain_Match()
    {
        int checkedRecords = 0;
        foreach (string line in File.ReadLines(Vector("kyber1024-round3-hashes.txt")))
        {
            if (line.StartsWith('#'))
                continue;
            string[] parts = line.Split(' ');
            Answer answer = Run(Convert.FromHexString(parts[1]));
            Assert.Equal(parts[2], Convert.ToHexStringLower(SHA256.HashData(answer.PublicKey)));
            Assert.Equal(parts[3], Convert.ToHexStringLower(SHA256.HashData(answer.SecretKey)));
            Assert.Equal(parts[4], Convert.ToHexStringLower(SHA256.HashData(answer.Ciphertext)));
            Assert.Equal(parts[5], Convert.ToHexStringLower(answer.Secret));
            checkedRecords++;
        }

        Assert.Equal(98, checkedRecords);
    }

    private static Answer Run(byte[] seed)
    {
        using var random = new KatRandom(seed);
        byte[] keySeed = new byte[Kyber1024.KeySeedSize];
        random.Fill(keySeed.AsSpan(0, 32));
        random.Fill(keySeed.AsSpan(32));
        byte[] coins = new byte[Kyber1024.EncapsulationSeedSize];
        random.Fill(coins);

        var answer = new Answer(new byte[Kyber1024.PublicKeySize], new byte[Kyber1024.SecretKeySize], new byte[Kyber1024.CiphertextSize],
            new byte[Kyber1024.SharedSecretSize]);
        Kyber1024.GenerateKeyPair(keySeed, answer.PublicKey, answer.SecretKey);
        Kyber1024.Encapsulate(answer.PublicKey, coins, answer.Ciphertext, answer.Secret);

        byte[] opened = new byte[Kyber1024.SharedSecretSize];
        Kyber1024.Decapsulate(answer.SecretKey, answer.Ciphertext, opened);
        Assert.Equal(answer.Secret, opened);
        return answer;
    }

    private sealed record Answer(byte[] PublicKey, byte[] SecretKey, byte[] Ciphertext, byte[] Secret);
}
