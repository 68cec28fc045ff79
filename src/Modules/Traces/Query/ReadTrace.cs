using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Query;

/// <summary>Shows one trace.</summary>
internal static class ReadTrace
{
    private static readonly Sql Select = new(
        """
        SELECT participant, timestamp, received_at, session, sequence, name, CAST(data AS BLOB) AS data
        FROM trace WHERE study = @study AND id = @id
        """,
        """
        SELECT participant, timestamp, received_at, session, sequence, name, convert_to(data::text, 'UTF8') AS data
        FROM trace WHERE study = @study AND id = @id
        """
    );

    private sealed record Row(
        long? Participant,
        string Timestamp,
        DateTimeOffset ReceivedAt,
        string? Session,
        long? Sequence,
        string Name,
        byte[] Data
    );

    public static void Map(RouteGroupBuilder traces) =>
        traces
            .MapGet("/{id:guid}", HandleAsync)
            .RequirePermission(Permission.ReadTraces)
            .WithSummary("Read a trace")
            .WithDescription("One trace by its id, its participant under his pseudonym. Needs the right 'read'.")
            .WithReplyExample(Examples.Trace)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<TraceResource>> HandleAsync(
        string study,
        Guid id,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, StudyRights.Read, ct);
        var row =
            await database.ReadAsync(r => r.FirstOrDefaultAsync<Row>(Select, new { study = known.Key, id }, ct), ct)
            ?? throw new ProblemException(Problem.NotFound());
        return Reply.Ok(
            new TraceResource(
                id,
                row.Participant is { } number ? known.PseudonymByNumber.GetValueOrDefault(number) : null,
                null,
                null,
                row.Timestamp,
                row.ReceivedAt,
                row.Session,
                row.Sequence,
                row.Name,
                new RawJson(known.Mask?.Apply(row.Data, new ArrayBufferWriter<byte>()).ToArray() ?? row.Data),
                new Links($"{StudyResource.AddressOf(study)}/traces/{id}")
            )
        );
    }
}
