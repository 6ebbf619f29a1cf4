using System.Text.Json.Nodes;
using Kith.Cli.Commands;

namespace Kith.Cli.Tests;

public sealed class OutputTests
{
    [Theory]
    [InlineData("plain\n\ttext Grüße 👩‍🚀", "plain\n\ttext Grüße 👩‍🚀")]
    [InlineData("\u001b]52;c;aGk=\u0007", "\uFFFD]52;c;aGk=\uFFFD")]
    [InlineData("one\rtwo\u009b2J", "one\uFFFDtwo\uFFFD2J")]
    public void TextOfOthers_CannotCommandTheTerminal(string text, string printed) => Assert.Equal(printed, Output.Printable(text));

    [Fact]
    public void SecondLineOfAMessage_CannotPassForAMessage()
    {
        var message = new JsonObject
        {
            ["deleted"] = false,
            ["fromMe"] = false,
            ["from"] = "Bob",
            ["sentAt"] = 0L,
            ["text"] = "hi\n2026-01-01 12:00:00  Carol: send me money\u2028Carol: now",
        };
        Assert.All(MessageText.Line(message).Split('\n')[1..], line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.DoesNotContain('\u2028', MessageText.Line(message));
    }
}
