using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Masks;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Query;

/// <summary>Shows one trace.</summary>
internal static class ReadTrace
{
    private static readonly Sql Select = new(
        """
        SELECT participant, timestamp, received_at, session, sequence, name, CAST(data AS BLOB) AS data, sender
        FROM trace WHERE study = @Study AND id = @Id
        """,
        """
        SELECT participant, timestamp, received_at, session, sequence, name, convert_to(data::text, 'UTF8') AS data, sender
        FROM trace WHERE study = @Study AND id = @Id
        """
    );

    private sealed record Row(
        long? Participant,
        string Timestamp,
        DateTimeOffset ReceivedAt,
        string? Session,
        long? Sequence,
        string Name,
        byte[] Data,
        Guid? Sender
    );

    public static void Map(RouteGroupBuilder traces) =>
        traces
            .MapGet("/{id:guid}", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("Read a trace")
            .WithDescription("One trace by its id, its participant under his pseudonym.")
            .WithReplyExample(TraceResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<TraceResource>> Handle(
        Study study,
        Guid id,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var row =
            await database.ReadAsync(
                r => r.FirstOrDefaultAsync<Row>(Select, new { Study = study.Key, Id = id }, ct),
                ct
            ) ?? throw new ProblemException(Problem.NotFound());
        return Reply.Ok(
            new TraceResource(
                id,
                row.Participant is { } number ? study.PseudonymByNumber.GetValueOrDefault(number) : null,
                null,
                null,
                row.Timestamp,
                row.ReceivedAt,
                row.Session,
                row.Sequence,
                row.Name,
                new RawJson(
                    study
                        .Mask?.Apply(row.Data, new Whose(row.Participant, row.Sender), new ArrayBufferWriter<byte>())
                        .ToArray()
                        ?? row.Data
                ),
                new Links($"{StudyResource.AddressOf(study.Slug)}/traces/{id}")
            )
        );
    }
}
