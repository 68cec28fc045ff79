using System.Collections.Concurrent;
using System.Text;
using System.Text.Encodings.Web;
using Fluid;
using Microsoft.Extensions.Options;
using Sillage.Notifications.Contracts;

namespace Sillage.Notifications.Templates;

/// <summary>
/// Makes texts out of a kind's templates and a notification's data: those of the folder <c>Notifications:Templates</c> where it has
/// them, else the kind's own.
/// </summary>
internal sealed class NotificationTemplates(IOptions<NotificationsOptions> options)
{
    private const string Layout = "layout.html.liquid";

    // No template of ours loops for long, and one of somebody else's is not to hold up a worker.
    private static readonly TemplateOptions Limits = new() { MaxSteps = 100_000, MaxRecursion = 20 };

    private readonly FluidParser _parser = new();
    private readonly ConcurrentDictionary<(string Name, string Text), IFluidTemplate> _parsed = new();
    private readonly NotificationsOptions _options = options.Value;

    /// <summary>The subject alone: what the list of notifications shows.</summary>
    public async Task<string> SubjectAsync(
        NotificationKind kind,
        string language,
        IReadOnlyDictionary<string, string> values
    ) => OneLine(await RenderAsync(Find(kind, language, "subject"), Context(values), NullEncoder.Default));

    /// <summary>The text alone.</summary>
    public async Task<string> BodyAsync(
        NotificationKind kind,
        string language,
        IReadOnlyDictionary<string, string> values
    ) => (await RenderAsync(Find(kind, language, "body"), Context(values), NullEncoder.Default)).Trim();

    /// <summary>All of a mail's texts.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="language">The language.</param>
    /// <param name="values">The data, with people's names.</param>
    /// <param name="unsubscribe">The link out of mails of the kind; null where there is none.</param>
    public async Task<MailTexts> MailAsync(
        NotificationKind kind,
        string language,
        IReadOnlyDictionary<string, string> values,
        string? unsubscribe
    )
    {
        var subject = await SubjectAsync(kind, language, values);
        var body = await BodyAsync(kind, language, values);
        var frame = MailFrame.In(language);
        var url = UrlOf(values);
        var action = TextsOf(kind, language).Action;

        var text = new StringBuilder(body);
        _ = url is null ? text : text.Append("\n\n").Append(url);
        text.Append("\n\n-- \n").Append(_options.SiteName).Append('\n').Append(frame.Footer).Append('\n');
        _ = unsubscribe is null ? text : text.Append(frame.Unsubscribe).Append(": ").Append(unsubscribe).Append('\n');

        var context = Context(values);
        context.SetValue("language", language);
        context.SetValue("subject", subject);
        context.SetValue("paragraphs", body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries));
        context.SetValue("url", url);
        context.SetValue("action", action ?? url);
        context.SetValue("footer", frame.Footer);
        context.SetValue("unsubscribe", unsubscribe);
        context.SetValue("unsubscribe_label", frame.Unsubscribe);
        var html = await RenderAsync((Layout, Read(Layout) ?? BuiltIn(Layout)), context, HtmlEncoder.Default);
        return new MailTexts(subject, text.ToString(), html);
    }

    /// <summary>A page that the module shows in a browser.</summary>
    public async Task<string> PageAsync(string name, IReadOnlyDictionary<string, string> values) =>
        await RenderAsync((name, BuiltIn(name)), Context(values), HtmlEncoder.Default);

    /// <summary>Where the link of a notification leads: an address of this site; null where there is none.</summary>
    public string? UrlOf(IReadOnlyDictionary<string, string> values)
    {
        var site = _options.Site.TrimEnd('/');
        return values.GetValueOrDefault("url") switch
        {
            null or "" => null,
            var path when IsOfThisSite(path) => site + path,
            var url when Uri.TryCreate(url, UriKind.Absolute, out var full) && full.Scheme == Uri.UriSchemeHttps => url,
            _ => null,
        };
    }

    /// <summary>Whether an address is a path of this site; <c>//host</c> is another.</summary>
    public static bool IsOfThisSite(string url) => url is ['/', not ('/' or '\\'), ..] or "/";

    /// <summary>The kind's own texts in a language.</summary>
    public static NotificationTexts TextsOf(NotificationKind kind, string language) =>
        language == "fr" ? kind.French : kind.English;

    private TemplateContext Context(IReadOnlyDictionary<string, string> values)
    {
        var context = new TemplateContext(Limits);
        foreach (var (name, value) in values)
        {
            context.SetValue(name, value);
        }

        context.SetValue("site", _options.SiteName);
        return context;
    }

    private (string Name, string Text) Find(NotificationKind kind, string language, string part)
    {
        var texts = TextsOf(kind, language);
        var name = $"{kind.Name}.{language}.{part}.liquid";
        return (name, Read(name) ?? (part == "subject" ? texts.Subject : texts.Body));
    }

    private string? Read(string name)
    {
        if (_options.Templates is not { Length: > 0 } folder)
        {
            return null;
        }

        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    private static string BuiltIn(string name)
    {
        using var source = typeof(NotificationTemplates).Assembly.GetManifestResourceStream("templates/" + name)!;
        using var reader = new StreamReader(source);
        return reader.ReadToEnd();
    }

    private async Task<string> RenderAsync(
        (string Name, string Text) template,
        TemplateContext context,
        TextEncoder encoder
    )
    {
        if (!_parsed.TryGetValue(template, out var parsed))
        {
            if (!_parser.TryParse(template.Text, out parsed, out var error))
            {
                throw new TemplateException($"The template {template.Name} cannot be read: {error}");
            }

            // A folder that is edited again and again is not to fill the memory.
            _ = _parsed.Count < 1000 ? _parsed[template] = parsed : null;
        }

        return await parsed.RenderAsync(context, encoder);
    }

    // No control characters, which would end a header, and no text without end.
    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Where(c => !char.IsControl(c)));
        return line.Length <= 200 ? line : line[..199] + "…";
    }
}

/// <summary>A template of the folder is not Liquid.</summary>
internal sealed class TemplateException(string message) : Exception(message);
