using System.Net;
using Ganss.Xss;
using Markdig;

namespace Sillage.Markdown;

/// <summary>
/// Makes HTML of the Markdown that people write, safe to put into a page: CommonMark with tables, strikethrough and bare links.
/// </summary>
/// <remarks>
/// HTML in the text is shown as text. What Markdig makes passes an allow-list of elements and attributes all the same, as either of the
/// two may have a fault one day. Links lead to http, https and mailto or stay on this server, and tell search engines and the page that they
/// lead to nothing; a picture from elsewhere, which would tell its server who reads, becomes a link.
/// </remarks>
public static class MarkdownHtml
{
    private static readonly MarkdownPipeline Post = Build(new MarkdownPipelineBuilder());

    /// <summary>In a message whoever begins a new line means one.</summary>
    private static readonly MarkdownPipeline Message = Build(
        new MarkdownPipelineBuilder().UseSoftlineBreakAsHardlineBreak()
    );

    private static readonly HtmlSanitizer Sanitizer = MarkupAllowed.CreateSanitizer();

    /// <summary>HTML of a post or a comment.</summary>
    /// <param name="markdown">What was written, of any length.</param>
    public static string OfPost(string markdown) => Render(markdown, Post);

    /// <summary>HTML of a chat message: as a post's, but that a new line in the text is one on the page.</summary>
    /// <param name="markdown">What was written, of any length.</param>
    public static string OfMessage(string markdown) => Render(markdown, Message);

    private static string Render(string markdown, MarkdownPipeline pipeline)
    {
        string html;
        try
        {
            html = Markdig.Markdown.ToHtml(markdown, pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig's word for what is nested deeper than 128: no person's text, and shown as it came.
            html = $"<p>{WebUtility.HtmlEncode(markdown)}</p>";
        }

        return Sanitizer.Sanitize(html).Trim();
    }

    private static MarkdownPipeline Build(MarkdownPipelineBuilder builder) =>
        builder.DisableHtml().UsePipeTables().UseEmphasisExtras().UseAutoLinks().Build();
}
