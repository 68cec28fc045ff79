using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Takes one log in, as a trace.</summary>
internal static class AddLog
{
    // As in SendTraces: a study that changes all the time is told to wait.
    private const int MaximumTries = 5;

    private const string PositionOf = "SELECT position FROM trace WHERE study = @Study AND id = @Id";

    public static void Map(RouteGroupBuilder logs) =>
        logs.MapPost("/", Handle)
            .RequirePermission(TracesPermission.WriteTraces)
            .RequireRight(StudyRights.Write, StudyRights.TakePart)
            .WithSummary("Add a TSADK log")
            .WithDescription(
                "Stores one log; the reply comes when it is on disk. A player sends his own, with the right 'write' "
                    + "everybody's. A timestamp that is no valid time is kept as it came, and the time of receipt stands in."
            )
            .Produces<TsadkLog>(StatusCodes.Status200OK, "application/json")
            .WithRequestExample(TsadkExamples.NewLog)
            .WithReplyExample(TsadkExamples.Log)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpContext http,
        Study study,
        Body<NewLog> body,
        Caller caller,
        StudyDirectory directory,
        IntakeQueue queue,
        IDatabase<TracesData> database,
        IOptions<TracesOptions> options,
        TimeProvider clock
    )
    {
        var ct = http.RequestAborted;
        var log = body.Value;
        for (var tries = 0; tries < MaximumTries; tries++)
        {
            var known = await directory.LatestAsync(study, caller, ct);
            CheckSender(known, caller, log.UserID);
            if (!known.MayTakeFrom(log.UserID))
            {
                return Problem.BadRequest($"userID: {TraceParser.ConsentMissing(known).Detail}");
            }

            var now = clock.GetUtcNow();
            var trace = log.ToTrace(Guid.CreateVersion7(now), now);
            CheckData(trace.Data, known, options.Value);
            var ready = new ReadyTraces();
            ready.Add(trace);

            // Not bound to the connection: what is stored is stored, whether or not anyone still waits for the reply.
            var outcome = await queue.StoreAsync(new IntakeBatch(known, caller.Id, ready.ToBatch(), now));
            if (!outcome.StudyChanged)
            {
                return outcome.Problem ?? await ReplyAsync(database, known, log, trace.Id);
            }

            directory.Forget(study.Slug);
        }

        throw new DatabaseUnavailableException("The study is being changed.", TimeSpan.FromSeconds(1));
    }

    private static void CheckSender(Study study, Caller caller, long number)
    {
        if (!study.RightsOf(caller).HasFlag(StudyRights.Write))
        {
            if (study.NumberOf(caller) != number)
            {
                throw new ProblemException(
                    Problem.BadRequest("userID: a player sends his own logs only, under his own number.")
                );
            }
        }
        else if (!study.HasParticipant(number))
        {
            throw new ProblemException(Problem.BadRequest("userID: the study has no user of this number."));
        }
    }

    private static void CheckData(ReadOnlyMemory<byte> data, Study study, TracesOptions options)
    {
        if (data.Length > options.MaxTraceBytes)
        {
            throw new ProblemException(Problem.BadRequest($"A log is at most {options.MaxTraceBytes} bytes long."));
        }

        if (TraceParser.CheckData(data, study) is { Count: > 0 } errors)
        {
            throw new ProblemException(Problem.BadRequest("The log does not fit the study's fields.", errors));
        }
    }

    private static async Task<IResult> ReplyAsync(IDatabase<TracesData> database, Study study, NewLog log, Guid id)
    {
        var position = await database.ReadAsync(
            r => r.ScalarAsync<long>(PositionOf, new { Study = study.Key, Id = id }, CancellationToken.None),
            CancellationToken.None
        );
        return TypedResults.Json(
            new TsadkLog(
                null,
                position,
                log.UserID,
                log.Timestamp,
                log.Sequence,
                log.RoomName,
                log.ActionNature,
                log.ActionType,
                log.UserAnswer,
                log.UserError
            ),
            Json.Options
        );
    }
}
