using System.CommandLine;
using Kith.Cli.Commands;

namespace Kith.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Kith: a private messenger with nobody in between.") { Invocation.HomeOption, Invocation.JsonOption };
        foreach (var command in All())
            root.Add(command);

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            var complaint = parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is not known here; 'kith --help' lists the commands." : string.Join(' ', parsed.Errors[0].Message.Split((char[])['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
            await Console.Error.WriteLineAsync("kith: " + complaint).ConfigureAwait(false);
            return ExitStatus.WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(3) }).ConfigureAwait(false);
    }

    private static IEnumerable<Command> All() =>
    [
        DemoCommand.Create(), UpCommand.Create(), DownCommand.Create(), PageCommand.Create(),
        LinkCommand.Create(), LinksCommand.Create(), RevokeCommand.Create(), AddCommand.Create(),
        ContactsCommand.Create(), RequestsCommand.Create(), .. ContactCommands.All(), VerifyCommand.Create(),
        SendCommand.Create(), ReadCommand.Create(), SearchCommand.Create(),
        StatusCommand.Create(), PeersCommand.Create(), RelayCommand.Create(), PrivacyCommand.Create(), ForwardCommand.Create(), RoomCommand.Create(), TorCommand.Create(), LookupCommand.Create(), ReissueCommand.Create(), DoctorCommand.Create(), SwarmKeyCommand.Create(),
        PassphraseCommand.Create(), ExportCommand.Create(), ImportCommand.Create(),
    ];
}
