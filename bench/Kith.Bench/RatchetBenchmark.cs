using System.Diagnostics;
using System.Text.Json.Nodes;
using Kith.Interop;
using Kith.Messaging.Signal;

namespace Kith.Bench;

/// <summary>The Signal protocol, ours and the reference client's (from Node) in the same run with the same counts, each warmed up.</summary>
internal sealed class RatchetBenchmark : IBenchmark
{
    private const int PlaintextSize = 300;
    private const int Messages = 10_000;
    private const int Turns = 3_000;

    public string Work => "encrypt, decrypt and turn-about (a Diffie-Hellman step each message) of 300 bytes, beside libsignal";

    public async Task RunAsync(BenchmarkOutput output, IReadOnlyList<string> arguments)
    {
        BenchmarkOutput.Say("ours");
        using var pair = new RatchetPair();
        var plaintext = new byte[PlaintextSize];
        Turnabout(pair, plaintext, Turns);
        _ = Encrypt(pair, plaintext, out var messages);
        _ = Decrypt(pair, messages);
        var encrypt = Encrypt(pair, plaintext, out messages);
        var decrypt = Decrypt(pair, messages);
        var turnabout = Turnabout(pair, plaintext, Turns);

        BenchmarkOutput.Say("libsignal");
        await using var libsignal = await LibsignalProcess.StartAsync();
        var theirs = await libsignal.AskAsync(new JsonObject { ["op"] = "bench", ["size"] = PlaintextSize, ["messages"] = Messages, ["turns"] = Turns });
        output.Summarise(new JsonObject
        {
            ["bench"] = "ratchet",
            ["encrypt"] = encrypt,
            ["decrypt"] = decrypt,
            ["turnabout"] = turnabout,
            ["libsignalEncrypt"] = Math.Round((double)theirs["encrypt"]!),
            ["libsignalDecrypt"] = Math.Round((double)theirs["decrypt"]!),
            ["libsignalTurnabout"] = Math.Round((double)theirs["turnabout"]!),
        });
    }

    private static double Encrypt(RatchetPair pair, byte[] plaintext, out CiphertextMessage[] messages)
    {
        messages = new CiphertextMessage[Messages];
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < messages.Length; i++)
            messages[i] = pair.Alice.Encrypt(plaintext);
        return PerSecond(messages.Length, started);
    }

    private static double Decrypt(RatchetPair pair, CiphertextMessage[] messages)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var message in messages)
            pair.Bob.Decrypt(message);
        return PerSecond(messages.Length, started);
    }

    private static double Turnabout(RatchetPair pair, byte[] plaintext, int turns)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < turns; i++)
        {
            var (from, to) = i % 2 == 0 ? (pair.Bob, pair.Alice) : (pair.Alice, pair.Bob);
            to.Decrypt(from.Encrypt(plaintext));
        }

        return PerSecond(turns, started);
    }

    private static double PerSecond(int count, long started) => Math.Round(count / Stopwatch.GetElapsedTime(started).TotalSeconds);
}
