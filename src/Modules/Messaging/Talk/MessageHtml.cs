using Microsoft.Extensions.Caching.Memory;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Markdown;

namespace Sillage.Messaging.Talk;

/// <summary>
/// Messages with their text as HTML, for whoever asks. It is made when it is asked for and remembered for a while: what somebody wrote so that
/// it takes long to read takes long once, however often it is asked for.
/// </summary>
internal sealed class MessageHtml : IDisposable
{
    /// <summary>The most messages of one page.</summary>
    public const int Most = 100;

    public const string QueryName = "html";

    public const string QueryDescription =
        "Whether each message has its text as `html` too: Markdown, safe to show as it is. Default false; 100 messages a page at most.";

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    // In characters.
    private readonly MemoryCache _made = new(new MemoryCacheOptions { SizeLimit = 16 << 20 });

    private sealed record Key(Guid Id, DateTimeOffset? EditedAt);

    /// <summary>Refuses a page that is too long for HTML.</summary>
    /// <exception cref="ProblemException">400.</exception>
    public static void RefuseLong(bool html, PageRequest page)
    {
        if (html && page.Limit > Most)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    $"With 'html' at most {Most} messages come in a page.",
                    new FieldError("?limit", $"1 to {Most}, or without 'html'.")
                )
            );
        }
    }

    /// <summary>The message, with its HTML if that is asked for.</summary>
    public Message Of(Message message, bool html) =>
        !html ? message
        : message.DeletedAt is not null ? message with { Html = "" }
        : message with { Html = Make(message) };

    public void Dispose() => _made.Dispose();

    private string Make(Message message)
    {
        var key = new Key(message.Id, message.EditedAt);
        if (_made.TryGetValue(key, out string? known))
        {
            return known!;
        }

        var html = MarkdownHtml.OfMessage(message.Text);
        using var entry = _made.CreateEntry(key);
        entry.Value = html;
        entry.Size = html.Length + 1;
        entry.SlidingExpiration = Kept;
        return html;
    }
}
