using Kith.Lab.Tests.People;

namespace Kith.Lab.Tests.Capture;

/// <summary>Two people who write to each other through forwarders, by turns and then both at once: all arrives, once and in order.</summary>
internal static class VeiledTalk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Each says so many things; the last third of them without waiting for the one before.</summary>
    public static async Task RunAsync(LabPerson one, LabPerson other, int messages)
    {
        var (before, beforeOther) = ((await one.Api.ReceivedAsync(other.Account)).Count, (await other.Api.ReceivedAsync(one.Account)).Count);
        for (var i = 0; i < messages; i++)
        {
            await SayAsync(one, other, i);
            await SayAsync(other, one, i);
        }

        foreach (var (from, to) in ((LabPerson, LabPerson)[])[(one, other), (other, one)])
        {
            for (var i = messages; i < 2 * messages; i++)
                await from.Api.PutAsync(to.Account, Text(from, i));
        }

        await SayAsync(one, other, 2 * messages);
        await SayAsync(other, one, 2 * messages);
        await HasAllAsync(one, other, before, messages);
        await HasAllAsync(other, one, beforeOther, messages);
    }

    // What was said last may be there first: each goes its own paths. In the end they stand in their order.
    private static async Task HasAllAsync(LabPerson person, LabPerson from, int before, int messages)
    {
        await Eventually.AskAsync(async () => (await person.Api.ReceivedAsync(from.Account)).Count >= before + (2 * messages) + 1, Patience);
        Assert.Equal(Said(from, messages), (await person.Api.ReceivedAsync(from.Account))[before..]);
    }

    private static async Task SayAsync(LabPerson from, LabPerson to, int number)
    {
        var sent = await from.Api.SayAsync(to.Account, Text(from, number), Patience);
        Assert.True(sent.IsDelivered, $"{from.Name} to {to.Name} {number}: {sent}\n{await from.SightAsync(to)}\n{await to.SightAsync(from)}");
        Assert.True(sent.Route is "forward" or "drop", $"{from.Name} to {to.Name} {number}: {sent}\n{await from.SightAsync(to)}\n{await to.SightAsync(from)}");
    }

    private static IEnumerable<string> Said(LabPerson by, int messages) => Enumerable.Range(0, (2 * messages) + 1).Select(number => Text(by, number));

    private static string Text(LabPerson from, int number) => $"{from.Name} {number}";
}
