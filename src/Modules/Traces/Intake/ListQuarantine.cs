using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Hosting.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Intake;

/// <summary>A trace that was not taken, as it came.</summary>
/// <param name="Id">Its id in quarantine.</param>
/// <param name="Text">What came, if it is UTF-8 text; the first 64 KiB of it.</param>
/// <param name="Base64">What came, if it is not; the first 64 KiB of it.</param>
/// <param name="Length">How many bytes came.</param>
/// <param name="Errors">Why it was not taken.</param>
/// <param name="Times">How often the same bytes came from the same sender.</param>
/// <param name="ReceivedAt">When it came last.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record QuarantinedTrace(
    Guid Id,
    string? Text,
    string? Base64,
    long Length,
    IReadOnlyList<FieldError> Errors,
    long Times,
    DateTimeOffset ReceivedAt,
    Links Links
);

/// <summary>Lists what was rejected, for those who look after the study.</summary>
internal static class ListQuarantine
{
    private static readonly Sql Select = new(
        """
        SELECT position, id, substr(bytes, 1, 65536) AS bytes, length(bytes) AS length, reasons, times, received_at
        FROM quarantine WHERE study = @study AND position > @after ORDER BY position LIMIT @limit
        """,
        """
        SELECT position, id, substr(bytes, 1, 65536) AS bytes, length(bytes)::bigint AS length, reasons, times, received_at
        FROM quarantine WHERE study = @study AND position > @after ORDER BY position LIMIT @limit
        """
    );

    private sealed record Row(
        long Position,
        Guid Id,
        byte[] Bytes,
        long Length,
        string Reasons,
        long Times,
        DateTimeOffset ReceivedAt
    );

    private sealed record Keys(long Position);

    public static void Map(RouteGroupBuilder quarantine) =>
        quarantine
            .MapGet("/", HandleAsync)
            .RequirePermission(Permission.CreateStudies)
            .WithSummary("List rejected traces")
            .WithDescription(
                "What was sent and not taken, as it came, with the reasons; oldest first. The bytes may name a "
                    + "participant by number. Needs the right 'manage'."
            )
            .WithReplyExample(new Page<QuarantinedTrace>([Examples.Quarantined], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<QuarantinedTrace>> HandleAsync(
        string study,
        PageRequest page,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Manage, ct);
        var parameters = new
        {
            study = known.Key,
            after = page.After<Keys>()?.Position ?? 0,
            limit = page.Limit + 1L,
        };
        var rows = await database.ReadAsync(reader => reader.QueryAsync<Row>(Select, parameters, ct), ct);
        var address = StudyResource.AddressOf(study) + "/quarantine";
        var items = rows.Take(page.Limit).Select(row => Show(row, address)).ToList();
        return new PageReply<QuarantinedTrace>(
            items,
            rows.Count > page.Limit ? new Keys(rows[page.Limit - 1].Position) : null
        );
    }

    private static QuarantinedTrace Show(Row row, string address)
    {
        var text = ReadText(row.Bytes);
        return new QuarantinedTrace(
            row.Id,
            text,
            text is null ? Convert.ToBase64String(row.Bytes) : null,
            row.Length,
            JsonSerializer.Deserialize<IReadOnlyList<FieldError>>(row.Reasons, Json.Options) ?? [],
            row.Times,
            row.ReceivedAt,
            new Links { ["quarantine"] = address }
        );
    }

    /// <summary>The bytes as text, if they are text that every reader can show, in JSON as in XML.</summary>
    private static string? ReadText(byte[] bytes)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
