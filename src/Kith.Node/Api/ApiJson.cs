using System.Text.Json.Serialization;
using Kith.Node.Api.Types;

namespace Kith.Node.Api;

/// <summary>How the API's types are written as JSON: generated at build, so that neither the node nor the command line reflects at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(Page))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(Settings))]
[JsonSerializable(typeof(SettingsPatch))]
[JsonSerializable(typeof(PeerList))]
[JsonSerializable(typeof(Types.Network))]
[JsonSerializable(typeof(RoomOffer))]
[JsonSerializable(typeof(TorEntryState))]
[JsonSerializable(typeof(TorEntryOffer))]
[JsonSerializable(typeof(TorWaysState))]
[JsonSerializable(typeof(TorWaysChange))]
[JsonSerializable(typeof(Lookup))]
[JsonSerializable(typeof(FindSecretsIssue))]
[JsonSerializable(typeof(FindSecretsIssued))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(PassphraseChange))]
[JsonSerializable(typeof(ExportRequest))]
[JsonSerializable(typeof(NewLink))]
[JsonSerializable(typeof(Link))]
[JsonSerializable(typeof(LinkList))]
[JsonSerializable(typeof(NewContact))]
[JsonSerializable(typeof(Contact))]
[JsonSerializable(typeof(ContactList))]
[JsonSerializable(typeof(ContactPatch))]
[JsonSerializable(typeof(SafetyNumber))]
[JsonSerializable(typeof(Verification))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(SearchResult))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(SentMessage))]
[JsonSerializable(typeof(TextEdit))]
[JsonSerializable(typeof(ReactionChange))]
[JsonSerializable(typeof(ReadMark))]
[JsonSerializable(typeof(TypingMark))]
[JsonSerializable(typeof(Types.Events))]
[JsonSerializable(typeof(int?))]
public sealed partial class ApiJson : JsonSerializerContext;
