using System.Text.Json.Nodes;
using Kith.Crypto;
using Kith.Crypto.Kem;
using Kith.Messaging.Signal;

namespace Kith.Interop.Tests;

/// <summary>Somebody who uses the reference client.</summary>
internal sealed class LibsignalPerson
{
    private readonly LibsignalProcess _process;
    private readonly string _name;

    private LibsignalPerson(LibsignalProcess process, string name, X25519PublicKey identity)
    {
        _process = process;
        _name = name;
        Identity = identity;
    }

    public X25519PublicKey Identity { get; }

    public static async Task<LibsignalPerson> CreateAsync(LibsignalProcess process, string name, uint registrationId)
    {
        var answer = await process.AskAsync(new JsonObject { ["op"] = "new", ["who"] = name, ["registrationId"] = registrationId });
        return new LibsignalPerson(process, name, Key(answer["identityKey"]));
    }

    public async Task<PreKeyBundle> BundleAsync(bool withPreKey)
    {
        var b = await AskAsync("bundle", ("withPreKey", withPreKey));
        Assert.True(KyberPublicKey.TryParse(Bytes(b["kyberPreKey"]), out var kyber));
        return new PreKeyBundle((uint)b["registrationId"]!, 1, (uint?)b["preKeyId"], b["preKey"] is { } preKey ? Key(preKey) : null,
            (uint)b["signedPreKeyId"]!, Key(b["signedPreKey"]), Bytes(b["signedPreKeySignature"]),
            (uint)b["kyberPreKeyId"]!, kyber, Bytes(b["kyberPreKeySignature"]), Key(b["identityKey"]));
    }

    public Task ProcessAsync(PreKeyBundle bundle) => AskAsync("process", ("bundle", new JsonObject
    {
        ["registrationId"] = bundle.RegistrationId,
        ["identityKey"] = Text(SerializedKey.ToArray(bundle.IdentityKey)),
        ["signedPreKeyId"] = bundle.SignedPreKeyId,
        ["signedPreKey"] = Text(SerializedKey.ToArray(bundle.SignedPreKey)),
        ["signedPreKeySignature"] = Text(bundle.SignedPreKeySignature),
        ["kyberPreKeyId"] = bundle.KyberPreKeyId,
        ["kyberPreKey"] = Text(bundle.KyberPreKey.Serialized),
        ["kyberPreKeySignature"] = Text(bundle.KyberPreKeySignature),
        ["preKeyId"] = bundle.PreKeyId,
        ["preKey"] = bundle.PreKey is { } preKey ? Text(SerializedKey.ToArray(preKey)) : null,
    }));

    public async Task<CiphertextMessage> EncryptAsync(byte[] plaintext) => (await EncryptAsync([plaintext]))[0];

    public async Task<CiphertextMessage[]> EncryptAsync(IReadOnlyList<byte[]> plaintexts)
    {
        var answer = await AskAsync("encrypt", ("plaintexts", new JsonArray([.. plaintexts.Select(p => (JsonNode)Text(p))])));
        return [.. answer["messages"]!.AsArray().Select(m => new CiphertextMessage((CiphertextKind)(byte)m!["kind"]!, Bytes(m["message"])))];
    }

    /// <summary>What each message said, or what the reference client calls the error.</summary>
    public async Task<(byte[]? Plaintext, string? Error)[]> DecryptAsync(params CiphertextMessage[] messages)
    {
        var sent = messages.Select(m => (JsonNode)new JsonObject { ["kind"] = (byte)m.Kind, ["message"] = Text(m.Bytes) });
        var answer = await AskAsync("decrypt", ("messages", new JsonArray([.. sent])));
        return [.. answer["results"]!.AsArray().Select(r => (r!["plaintext"] is { } p ? Bytes(p) : null, (string?)r["error"]))];
    }

    public Task ArchiveAsync() => AskAsync("archive");

    public async Task<(uint[] PreKeys, uint[] KyberUsed)> StateAsync()
    {
        var answer = await AskAsync("state");
        return ([.. answer["preKeys"]!.AsArray().Select(i => (uint)i!)], [.. answer["kyberUsed"]!.AsArray().Select(i => (uint)i!)]);
    }

    private Task<JsonObject> AskAsync(string operation, params (string Key, JsonNode? Value)[] fields)
    {
        var question = new JsonObject { ["op"] = operation, ["who"] = _name };
        foreach (var (key, value) in fields)
            question[key] = value;
        return _process.AskAsync(question);
    }

    private static byte[] Bytes(JsonNode? node) => Convert.FromBase64String((string)node!);

    private static string Text(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    private static X25519PublicKey Key(JsonNode? node)
    {
        Assert.True(SerializedKey.TryRead(Bytes(node), out var key));
        return key;
    }
}
