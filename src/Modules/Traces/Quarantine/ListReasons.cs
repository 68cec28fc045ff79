using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Quarantine;

/// <summary>A reason for which traces are in quarantine.</summary>
/// <param name="Reason">Its code, for <c>?reason=</c>.</param>
/// <param name="Count">How many traces are there for it, each counted under one reason only.</param>
/// <param name="Errors">All that is wrong with them, as one of them shows it.</param>
/// <param name="LastReceivedAt">When that one came last: it is the one that was rejected most recently.</param>
/// <param name="Links">Those traces, and what can be done with all of them at once.</param>
public sealed record QuarantineReason(
    string Reason,
    long Count,
    IReadOnlyList<FieldError> Errors,
    DateTimeOffset LastReceivedAt,
    Links Links
)
{
    internal static readonly QuarantineReason Example = new(
        "5c0e2a94b7d1",
        412,
        [new FieldError("/data/room", "At most 20 characters.")],
        Examples.Time,
        new Links { ["put-back"] = "/api/v1/studies/java-quest/quarantine/put-back?reason=5c0e2a94b7d1" }
    );
}

/// <summary>Counts what is in quarantine by reason, the most frequent first.</summary>
internal static class ListReasons
{
    // Counted on the index alone; what the reason means is then read from its last trace.
    private const string Select = """
        SELECT g.reason, g.count, q.reasons, q.received_at
        FROM (
          SELECT reason, count(*) AS count, max(position) AS last FROM quarantine WHERE study = @Study GROUP BY reason
        ) g
        JOIN quarantine q ON q.study = @Study AND q.position = g.last
        WHERE @First = 1 OR g.count < @Count OR (g.count = @Count AND g.reason > @Reason)
        ORDER BY g.count DESC, g.reason LIMIT @Limit
        """;

    private sealed record Row(string Reason, long Count, string Reasons, DateTimeOffset ReceivedAt);

    private sealed record Keys(long Count, string Reason);

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapGet("/reasons", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Count rejected traces by reason")
            .WithDescription(
                "Traces with the same faults share a reason; each trace is counted once. The most frequent come first."
            )
            .WithReplyExample(new Page<QuarantineReason>([QuarantineReason.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<QuarantineReason>> Handle(
        Study study,
        PageRequest page,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var parameters = new
        {
            Study = study.Key,
            First = after is null ? 1L : 0L,
            Count = after?.Count ?? 0,
            Reason = after?.Reason ?? "",
            Limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<Row>(Select, parameters, ct), ct);
        var address = QuarantinedTrace.AddressOf(study.Slug);
        return new PageReply<QuarantineReason>(
            [.. rows.Take(page.Limit).Select(row => Show(row, address))],
            rows.Count > page.Limit ? new Keys(rows[page.Limit - 1].Count, rows[page.Limit - 1].Reason) : null
        );
    }

    private static QuarantineReason Show(Row row, string address) =>
        new(
            row.Reason,
            row.Count,
            JsonSerializer.Deserialize<IReadOnlyList<FieldError>>(row.Reasons, Json.Options) ?? [],
            row.ReceivedAt,
            new Links
            {
                ["quarantine"] = $"{address}?reason={row.Reason}",
                ["content"] = $"{address}/content?reason={row.Reason}",
                ["put-back"] = $"{address}/put-back?reason={row.Reason}",
                ["dismiss"] = $"{address}/dismiss?reason={row.Reason}",
            }
        );
}
