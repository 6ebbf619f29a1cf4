using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Kith.Cli.Commands;

/// <summary><c>kith room</c>: says what is kept for others, or offers another room, at once.</summary>
internal static class RoomCommand
{
    public static Command Create()
    {
        var size = new Argument<string?>("SIZE") { Description = "Such as 256M or 2G, or off; without it, how things are", Arity = ArgumentArity.ZeroOrOne };
        size.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && ByteSize.Parse(token.Value) is null)
                result.AddError($"{token.Value} is not a size: give one such as 256M or 2G, or off.");
        });
        var command = new Command("room", "Room for what others leave for those who are away; kept") { size };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var room = invocation.Value(size) is { } chosen
                ? await node.CallAsync(HttpMethod.Put, "room", new JsonObject { ["offered"] = ByteSize.Parse(chosen) }, cancellationToken).ConfigureAwait(false)
                : await node.GetAsync("room", cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(
                Output.Pick(room, "offered", "offering", "used", "boxes", "holders", "problem"),
                () => Output.Table(
                [
                    ["offered", ByteSize.Say(room["offered"]!.GetValue<long>())],
                    ["found by others", room["offering"]!.GetValue<bool>() ? "yes" : "no ('kith doctor' says why)"],
                    ["used", room["used"]!.GetValue<long>() is > 0 and var used ? $"{ByteSize.Say(used)} in {Boxes(room["boxes"]!.GetValue<int>())}" : "nothing"],
                    ["holders known", $"{room["holders"]}"],
                ]));
            return ExitStatus.Done;
        });
    }

    private static string Boxes(int count) => count == 1 ? "one box" : string.Create(CultureInfo.InvariantCulture, $"{count} boxes");

    /// <summary>Room in a line.</summary>
    public static string Says(JsonNode? room) => room is null
        ? "not known"
        : $"{ByteSize.Say(room["offered"]!.GetValue<long>())} offered, {ByteSize.Say(room["used"]!.GetValue<long>())} used";
}
