using System.Text.Json;
using Kith.Crypto.Noise;

namespace Kith.Crypto.Tests.Noise;

/// <summary>Every public vector of cacophony and snow for the primitives that Kith has, both sides, byte for byte.</summary>
public sealed class NoiseVectorTests
{
    public static TheoryData<string, int> Vectors()
    {
        var data = new TheoryData<string, int>();
        foreach (var file in new[] { "noise-cacophony.json", "noise-snow.json" })
        {
            for (var i = 0; i < VectorFile.Read(file).Length; i++)
                data.Add(file, i);
        }
        return data;
    }

    [Fact]
    public void Files_HoldEveryVectorThatWasSelected()
    {
        Assert.Equal(118, VectorFile.Read("noise-cacophony.json").Length);
        Assert.Equal(102, VectorFile.Read("noise-snow.json").Length);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Handshake_WithTheVectorsKeys_GivesTheVectorsBytes(string file, int index)
    {
        var vector = VectorFile.Read(file)[index];
        var protocol = NoiseProtocol.Parse(vector.Text("protocol_name"));
        using var initiator = Side(vector, protocol, true);
        using var responder = Side(vector, protocol, false);
        var messages = vector.GetProperty("messages").EnumerateArray().ToArray();

        for (var i = 0; i < protocol.MessageCount; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (initiator, responder) : (responder, initiator);
            var payload = messages[i].Bytes("payload");
            var expected = messages[i].Bytes("ciphertext");
            Assert.Equal(expected.Length - payload.Length, writer.NextMessageOverhead);
            Assert.Equal(expected.Length - payload.Length, reader.NextMessageOverhead);
            var message = new byte[expected.Length];
            Assert.Equal(expected.Length, writer.WriteMessage(payload, message));
            Assert.Equal(Hex.Of(expected), Hex.Of(message));
            var read = new byte[payload.Length];
            Assert.True(reader.TryReadMessage(message, read, out var written));
            Assert.Equal(payload.Length, written);
            Assert.Equal(payload, read);
        }

        Assert.True(initiator.IsFinished && responder.IsFinished);
        Assert.Equal(Hex.Of(initiator.HandshakeHash), Hex.Of(responder.HandshakeHash));
        if (vector.OptionalBytes("handshake_hash") is { } hash)
            Assert.Equal(Hex.Of(hash), Hex.Of(initiator.HandshakeHash));
        CheckTransport(protocol, initiator.Split(), responder.Split(), messages.AsSpan(protocol.MessageCount));
    }

    private static void CheckTransport(NoiseProtocol protocol, (CipherState Send, CipherState Receive) initiator,
        (CipherState Send, CipherState Receive) responder, ReadOnlySpan<JsonElement> messages)
    {
        Assert.False(messages.IsEmpty);
        for (var i = 0; i < messages.Length; i++)
        {
            // Turns go on after the handshake; in a one-way pattern all messages are the initiator's.
            var fromInitiator = protocol.MessageCount == 1 || (protocol.MessageCount + i) % 2 == 0;
            var (send, receive) = fromInitiator ? (initiator.Send, responder.Receive) : (responder.Send, initiator.Receive);
            var payload = messages[i].Bytes("payload");
            var message = new byte[payload.Length + NoiseProtocol.TagSize];
            Assert.Equal(message.Length, send.EncryptWithAd([], payload, message));
            Assert.Equal(messages[i].Text("ciphertext"), Hex.Of(message));
            var read = new byte[payload.Length];
            Assert.True(receive.TryDecryptWithAd([], message, read, out _));
            Assert.Equal(payload, read);
        }
    }

    private static HandshakeState Side(JsonElement vector, NoiseProtocol protocol, bool initiator)
    {
        var side = initiator ? "init" : "resp";
        var key = vector.OptionalBytes(side + "_static") is { } s && protocol.Pattern.NeedsStatic(initiator) ? X25519PrivateKey.FromBytes(s) : null;
        X25519PublicKey? remote = vector.OptionalBytes(side + "_remote_static") is { } rs ? Hex.X25519(Hex.Of(rs)) : null;
        var psks = vector.TryGetProperty(side + "_psks", out var list)
            ? list.EnumerateArray().Select(p => new SecretBytes(Hex.Bytes(p.GetString()!))).ToArray()
            : [];
        var ephemeral = vector.OptionalBytes(side + "_ephemeral") is { } e ? X25519PrivateKey.FromBytes(e) : null;
        return new HandshakeState(protocol, initiator, vector.Bytes(side + "_prologue"), key, remote, psks, new SeededRandom(0), ephemeral);
    }
}
