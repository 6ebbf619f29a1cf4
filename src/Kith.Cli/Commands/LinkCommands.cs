using System.CommandLine;
using System.Text.Json.Nodes;
using QRCoder;

namespace Kith.Cli.Commands;

/// <summary><c>kith link</c>: a contact link, with a QR code on a terminal.</summary>
internal static class LinkCommand
{
    private const int MaxPrice = Messaging.Contacts.Link.MaxPrice;

    public static Command Create()
    {
        var uses = new Option<int>("--uses") { Description = "How many people may use it", HelpName = "N", DefaultValueFactory = _ => 1 };
        uses.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
                result.AddError("--uses takes a number from 1 to 1000.");
        });
        var expires = Duration.Option("--expires", "How long it can be used", TimeSpan.FromDays(7));
        var isPublic = new Option<bool>("--public") { Description = "Anybody may use it, for ever, and becomes a request that you accept or refuse" };
        var price = new Option<int?>("--price")
        {
            Description = $"With --public: the work that each request costs who writes while you are away, 0 to {MaxPrice} bits, each of which doubles it; 23 are some seconds",
            HelpName = "BITS",
        };
        price.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0 or > MaxPrice)
                result.AddError($"--price takes a number from 0 to {MaxPrice}.");
        });
        var command = new Command("link", "Makes a contact link: whoever has it can become your contact") { uses, expires, isPublic, price };
        command.Validators.Add(result =>
        {
            if (result.GetResult(price) is not null && !result.GetValue(isPublic))
                result.AddError("--price goes with --public: who has a link for some people only pays nothing.");
        });
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var open = invocation.Value(isPublic);
            var body = new JsonObject
            {
                ["uses"] = open ? 0 : invocation.Value(uses),
                ["expires"] = open ? 0 : (long)invocation.Value(expires).TotalMilliseconds,
            };
            if (invocation.Value(price) is { } bits)
                body["price"] = bits;
            var link = await node.PostAsync("links", body, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(Output.Pick(link, "link", "expires", "id", "price"), () => ForPeople(link["link"]!.GetValue<string>()));
            return ExitStatus.Done;
        });
    }

    private static string ForPeople(string link)
    {
        if (Console.IsOutputRedirected)
            return link;
        using var data = QRCodeGenerator.GenerateQrCode(link, QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall() + "\n" + link;
    }
}

/// <summary><c>kith links</c>: those that can still be used.</summary>
internal static class LinksCommand
{
    public static Command Create() => Invocation.Bind(new Command("links", "The links that can still be used"), async (invocation, cancellationToken) =>
    {
        using var node = invocation.OpenNode();
        var answer = await node.GetAsync("links", cancellationToken).ConfigureAwait(false);
        foreach (var link in answer["links"]!.AsArray())
            invocation.Output.Result(Output.Pick(link!, "id", "link", "expires", "usesLeft"), () => $"{link!["id"]}  {link["usesLeft"]} left  until {Output.Time(link["expires"])}");
        return ExitStatus.Done;
    });
}

/// <summary><c>kith revoke</c>: withdraws a link.</summary>
internal static class RevokeCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "As 'kith links' shows it" };
        return Invocation.Bind(new Command("revoke", "Withdraws a link: nobody can use it any more") { id }, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            await node.CallAsync(HttpMethod.Delete, "links/" + NodeClient.Escape(invocation.Value(id)), null, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(new JsonObject { ["revoked"] = invocation.Value(id) }, () => "The link can no longer be used.");
            return ExitStatus.Done;
        });
    }
}

/// <summary><c>kith add</c>: adds the maker of a link.</summary>
internal static class AddCommand
{
    public static Command Create()
    {
        var link = new Argument<string>("LINK") { Description = "kith:…, or - to read it from standard input" };
        var name = new Option<string?>("--as") { Description = "Your name for them; otherwise their own", HelpName = "NAME" };
        var timeout = Duration.Option("--timeout", "How long to wait until they know", TimeSpan.FromSeconds(20));
        var privacy = new Option<string>("--privacy") { Description = "An exception from your privacy setting for them, from the first word on", HelpName = "open|veiled|onion", DefaultValueFactory = _ => "none" };
        privacy.AcceptOnlyFromAmong("none", "open", "veiled", "onion");
        var command = new Command("add", "Adds the maker of a link to your contacts") { link, name, privacy, timeout };
        return Invocation.Bind(command, async (invocation, cancellationToken) =>
        {
            using var node = invocation.OpenNode();
            var text = invocation.Value(link);
            if (text == "-")
                text = await Console.In.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            var body = new JsonObject { ["link"] = text, ["name"] = invocation.Value(name), ["timeout"] = (int)invocation.Value(timeout).TotalMilliseconds, ["privacyException"] = invocation.Value(privacy) };
            var contact = await node.PostAsync("contacts", body, cancellationToken).ConfigureAwait(false);
            invocation.Output.Result(Output.Pick(contact, "contact", "name", "state"), () => $"{contact["name"]}: {contact["state"]}");
            switch (contact["state"]!.GetValue<string>())
            {
                case "refused":
                    throw new CliException(contact["reason"]?.GetValue<string>() ?? "the other side refused.");
                case "connecting":
                    invocation.Output.Note("Nobody has answered yet; your node goes on trying in the background.");
                    break;
            }

            return ExitStatus.Done;
        });
    }
}
