using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sillage.Markdown.Tests;

/// <summary>HTML as a browser's parser reads it.</summary>
internal static class Markup
{
    private static readonly HashSet<string> Active =
    [
        "script",
        "iframe",
        "object",
        "embed",
        "style",
        "svg",
        "math",
        "form",
        "input",
        "button",
        "base",
        "link",
        "meta",
        "video",
        "audio",
        "template",
    ];

    public static IReadOnlyList<IElement> Of(string html) =>
        [.. new HtmlParser().ParseDocument($"<body>{html}").Body!.QuerySelectorAll("*")];

    public static bool IsHarmless(IElement element) =>
        !Active.Contains(element.LocalName)
        && element.Attributes.All(attribute =>
            !attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase)
            && attribute.Name is not ("style" or "srcdoc" or "srcset" or "class" or "id" or "name")
            && (attribute.Name is not ("href" or "src") || IsHarmlessAddress(attribute.Value))
        );

    /// <summary>Browsers leave out tabs and line ends within, and blanks before.</summary>
    private static bool IsHarmlessAddress(string address)
    {
        var read = string.Concat(address.Where(c => c > ' '));
        var colon = read.IndexOf(':', StringComparison.Ordinal);
        var slash = read.IndexOfAny(['/', '?', '#']);
        return colon < 0
            || (slash >= 0 && slash < colon)
            || read[..colon].ToUpperInvariant() is "HTTP" or "HTTPS" or "MAILTO";
    }
}
