using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Kith.Browser.Tests;

/// <summary>How a person looks at the page.</summary>
internal sealed record Screen(int Width = 1280, int Height = 820, ColorScheme Scheme = ColorScheme.Light)
{
    public static Screen Phone { get; } = new(390, 844);
}

/// <summary>Somebody with a node and a page open on it. Everything the page asks for and complains about is kept.</summary>
internal sealed class Person : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    private Person(string name, NodeProcess node, IBrowserContext context, IPage page)
    {
        Name = name;
        Node = node;
        _context = context;
        Page = page;
        page.Request += (_, request) => Requests.Add(new Uri(request.Url));
        page.PageError += (_, error) => Complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                Complaints.Add(message.Text);
        };
    }

    public string Name { get; }

    public NodeProcess Node { get; }

    public IPage Page { get; }

    public ConcurrentBag<Uri> Requests { get; } = [];

    /// <summary>Errors that nobody caught, and what the content security policy had to stop.</summary>
    public ConcurrentBag<string> Complaints { get; } = [];

    public ILocator Composer => Page.GetByRole(AriaRole.Textbox, new() { NameRegex = new("^Message to ") });

    public ILocator Messages => Page.Locator("[data-message]");

    /// <summary>A new home, its node, and its page at the very beginning.</summary>
    public static async Task<Person> ArriveAsync(Chromium chromium, string name, Screen? screen = null, IReadOnlyList<string>? entries = null, IReadOnlyList<string>? flags = null)
    {
        screen ??= new Screen();
        var node = new NodeProcess { Entries = entries ?? [], Flags = flags ?? [] };
        await node.StartAsync();
        var context = await chromium.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = screen.Width, Height = screen.Height },
            ColorScheme = screen.Scheme,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        var person = new Person(name, node, context, await context.NewPageAsync());
        await person.Page.GotoAsync(node.Page);
        return person;
    }

    /// <summary>Says one's name: the first step.</summary>
    public async Task IntroduceAsync()
    {
        await Page.GetByLabel("What are you called?").FillAsync(Name);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
    }

    /// <summary>The link that the page shows.</summary>
    public async Task<string> LinkAsync()
    {
        var field = Page.GetByTestId("my-link");
        await Assertions.Expect(field).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("^kith:"));
        return await field.InputValueAsync();
    }

    /// <summary>Pastes somebody's link.</summary>
    public async Task AddAsync(string link)
    {
        await Page.GetByLabel("Link of the other person").FillAsync(link);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
    }

    public async Task WriteAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    /// <summary>The bubble of a message by its text.</summary>
    public ILocator Message(string text) => Messages.Filter(new() { HasText = text });

    public Task SeesAsync(string text) => Assertions.Expect(Message(text)).ToHaveCountAsync(1);

    /// <summary>Opens the menu of a message and chooses from it.</summary>
    public async Task ChooseAsync(string text, string action)
    {
        // On its time: a link in the text keeps the browser's own menu.
        await Message(text).Locator("time").ClickAsync(new() { Button = MouseButton.Right });
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = action }).ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await Node.DisposeAsync();
    }
}
