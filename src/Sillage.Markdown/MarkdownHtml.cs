using System.Net;
using Ganss.Xss;
using Markdig;

namespace Sillage.Markdown;

/// <summary>
/// Makes HTML of the Markdown that people write, safe to put into a page: CommonMark with tables, strikethrough and bare links.
/// </summary>
/// <remarks>
/// HTML in the text is shown as text. What Markdig makes passes an allow-list of elements and attributes all the same, as either of the
/// two may have a fault one day. Links lead to http, https and mailto or stay on this server, and say to search engines that we
/// vouch for nothing; a picture from elsewhere, which would tell its server who reads, becomes a link.
/// </remarks>
public static class MarkdownHtml
{
    private const string Marks = "[`*_~>|<^+=";

    /// <summary>
    /// How many of one mark are still a person's text. A parser looks for the other end of each, so its time grows with their square: at
    /// this many it is some 50 ms, at 12 000 it would be most of a second, for whoever reads.
    /// </summary>
    private const int MostMarks = 3000;

    /// <summary>How many cells tables may come to: each row is filled up to the widest, so a few bytes a row would make megabytes.</summary>
    private const int MostCells = 20_000;

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
        if (HasTooManyMarks(markdown) || HasTooManyCells(markdown))
        {
            return AsItCame(markdown);
        }

        try
        {
            return Sanitizer.Sanitize(Markdig.Markdown.ToHtml(markdown, pipeline)).Trim();
        }
        catch (ArgumentException)
        {
            // Markdig's word for what is nested deeper than 128.
            return AsItCame(markdown);
        }
    }

    private static string AsItCame(string markdown) => $"<p>{WebUtility.HtmlEncode(markdown)}</p>";

    private static bool HasTooManyMarks(string markdown)
    {
        if (markdown.Length <= MostMarks)
        {
            return false;
        }

        Span<int> counts = stackalloc int[Marks.Length];
        foreach (var c in markdown)
        {
            if (Marks.IndexOf(c, StringComparison.Ordinal) is >= 0 and var mark && ++counts[mark] > MostMarks)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasTooManyCells(string markdown)
    {
        var (widest, rows) = (0L, 0L);
        foreach (var line in markdown.AsSpan().EnumerateLines())
        {
            if (line.Count('|') is > 0 and var bars)
            {
                (widest, rows) = (Math.Max(widest, bars + 1), rows + 1);
            }
        }

        return widest * rows > MostCells;
    }

    private static MarkdownPipeline Build(MarkdownPipelineBuilder builder) =>
        builder.DisableHtml().UsePipeTables().UseEmphasisExtras().UseAutoLinks().Build();
}
