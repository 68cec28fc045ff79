using AngleSharp.Dom;
using Ganss.Xss;

namespace Sillage.Markdown;

/// <summary>What may stand in the HTML of people's texts; everything else is taken out.</summary>
internal static class MarkupAllowed
{
    private static readonly string[] Elements =
    [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "ins",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];

    private static readonly string[] Attributes = ["alt", "href", "src", "start", "title"];

    public static HtmlSanitizer CreateSanitizer()
    {
        var sanitizer = new HtmlSanitizer(
            new HtmlSanitizerOptions
            {
                AllowedTags = new HashSet<string>(Elements, StringComparer.OrdinalIgnoreCase),
                AllowedAttributes = new HashSet<string>(Attributes, StringComparer.OrdinalIgnoreCase),
                AllowedSchemes = new HashSet<string>(["http", "https", "mailto"], StringComparer.OrdinalIgnoreCase),
                UriAttributes = new HashSet<string>(["href", "src"], StringComparer.OrdinalIgnoreCase),
                AllowedCssProperties = new HashSet<string>(StringComparer.OrdinalIgnoreCase),
            }
        );
        sanitizer.PostProcessNode += (_, processed) =>
        {
            if (processed.Node is not IElement element)
            {
                return;
            }

            if (element.LocalName == "img" && !IsOwn(element.GetAttribute("src")))
            {
                processed.ReplacementNodes.Add(LinkTo(element, processed.Document));
            }
            else if (element.LocalName == "a")
            {
                Guard(element);
            }
        };
        return sanitizer;
    }

    /// <summary>A path on this server; <c>//host</c> and <c>/\host</c> are others.</summary>
    private static bool IsOwn(string? address) => address is ['/', not ('/' or '\\'), ..];

    private static IElement LinkTo(IElement image, IDocument document)
    {
        var address = image.GetAttribute("src");
        var text = image.GetAttribute("alt") is { Length: > 0 } alt ? alt : address ?? string.Empty;
        if (address is null)
        {
            var plain = document.CreateElement("em");
            plain.TextContent = text;
            return plain;
        }

        var link = document.CreateElement("a");
        link.SetAttribute("href", address);
        link.TextContent = text;
        Guard(link);
        return link;
    }

    private static void Guard(IElement link) => link.SetAttribute("rel", "nofollow noopener noreferrer ugc");
}
