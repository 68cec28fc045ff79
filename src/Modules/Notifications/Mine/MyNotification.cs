using Sillage.Api.Replies;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Stored;
using Sillage.Notifications.Templates;

namespace Sillage.Notifications.Mine;

/// <summary>A notification in one's list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Place">Its place in the list, from 1 up in the order they came.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Subject">One line, in the language that one chose.</param>
/// <param name="Body">The text.</param>
/// <param name="Url">Where its link leads; absent where it has none.</param>
/// <param name="CreatedAt">When it came.</param>
/// <param name="ReadAt">When it was read; absent if it was not.</param>
/// <param name="Links">What one can do next.</param>
public sealed record MyNotification(
    Guid Id,
    long Place,
    string Kind,
    string Subject,
    string Body,
    string? Url,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt,
    Links Links
)
{
    internal const string Root = "/api/v1/me/notifications";

    internal static MyNotification Example { get; } =
        new(
            Guid.Empty,
            12,
            "notifications.message",
            "The study ends on Friday",
            "Thank you for taking part.",
            null,
            DateTimeOffset.UnixEpoch,
            null,
            new Links($"{Root}/{Guid.Empty}") { ["read"] = $"{Root}/{Guid.Empty}/read" }
        );
}

/// <summary>Puts what is stored of somebody's notifications into words.</summary>
internal sealed class NotificationWords(KindCatalog kinds, NotificationValues values, NotificationTemplates templates)
{
    public async Task<IReadOnlyList<MyNotification>> OfAsync(
        IReadOnlyList<NotificationRow> rows,
        string language,
        CancellationToken ct
    )
    {
        var known = rows.Where(row => kinds.Find(row.Kind) is not null).ToList();
        // Those of security are letters, as they are mailed.
        var greets = known.Exists(row => kinds.Find(row.Kind)!.IsSecurity);
        var all = await values.ValuesAsync(known, greets, ct);
        var worded = new List<MyNotification>(known.Count);
        foreach (var (row, data) in known.Zip(all))
        {
            var kind = kinds.Find(row.Kind)!;
            worded.Add(
                new MyNotification(
                    row.Id,
                    row.Place!.Value,
                    row.Kind,
                    await templates.SubjectAsync(kind, language, data),
                    await templates.BodyAsync(kind, language, data),
                    templates.UrlOf(data),
                    row.CreatedAt,
                    row.ReadAt,
                    LinksOf(row, data)
                )
            );
        }

        return worded;
    }

    private static Links LinksOf(NotificationRow row, IReadOnlyDictionary<string, string> data)
    {
        var links = new Links($"{MyNotification.Root}/{row.Id}") { ["read"] = $"{MyNotification.Root}/{row.Id}/read" };
        if (data.GetValueOrDefault("url") is { } url && NotificationTemplates.IsOfThisSite(url))
        {
            // As people came here, whatever the setting says that they should have come by.
            links["page"] = url;
        }

        return links;
    }
}
