using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Intake;

/// <summary>
/// Takes traces in: one, an array, or one a line. Unlike other slices it has its services from the start: finding them
/// again for each request would make a scope of services a request, on the one route where that shows.
/// </summary>
internal sealed class SendTraces(
    StudyDirectory directory,
    IntakeQueue queue,
    IOptions<TracesOptions> options,
    TimeProvider clock
)
{
    // A study that changes under a batch's feet is read again; one that does so all the time is told to wait.
    private const int MaximumTries = 5;

    public static void Map(RouteGroupBuilder traces)
    {
        var services = ((IEndpointRouteBuilder)traces).ServiceProvider;
        var slice = ActivatorUtilities.CreateInstance<SendTraces>(services);
        var options = services.GetRequiredService<IOptions<TracesOptions>>().Value;
        traces
            .MapPost("/", slice.Handle)
            .RequirePermission(TracesPermission.WriteTraces)
            .RequireRight(StudyRights.Write, StudyRights.TakePart)
            .WithMetadata(new RequestSizeLimitAttribute(options.MaxBatchBytes))
            // A slow body is cut off by its rate, and what is handed to the store is not taken back for being late.
            .WithMetadata(new DisableRequestTimeoutAttribute())
            .Accepts<object>(TraceBody.MediaTypes[0], TraceBody.MediaTypes[1..])
            .Produces<IntakeReply>(StatusCodes.Status201Created, "application/json", "application/xml")
            .Produces<IntakeReply>(StatusCodes.Status200OK, "application/json", "application/xml")
            .Produces<IntakeReply>(StatusCodes.Status422UnprocessableEntity, "application/json", "application/xml")
            .WithSummary("Send traces")
            .WithDescription(
                """
                One trace as a JSON object, many as an array, or one a line as NDJSON (`application/x-ndjson`); up to 32 MiB,
                also with `Content-Encoding: gzip` or `br`. The reply comes when what was accepted is on disk.

                A trace that is not valid does not hold up the others: it is listed under `rejected`, with a JSON Pointer
                into the trace for each fault, and kept in quarantine as it came. Where the study needs consent and the
                participant has not given it, the trace is listed with the pointer `/participant` and nothing of it is kept. Sending again is safe: a trace whose `id`
                is stored already with the same content counts under `duplicates`, and so do all that were taken when a batch
                comes again under its `Idempotency-Key` (`Idempotency-Replayed: true`). A player sends his own traces and may leave `participant` out; with the right `write` every
                trace names its participant's number.

                Of a batch with more than 1000 such traces nothing is stored (413): send it in halves. A sender whose quarantine is full is told
                of each trace that it is not kept.

                201 if anything new is stored, 200 if all were known, 422 if none could be taken, 400 if the body cannot be
                read at all: then nothing of it is stored.
                """
            )
            .WithRequestExample(TraceBody.Example)
            .WithReplyExample(IntakeReply.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private async Task<IResult> Handle(HttpContext http, Study study, Caller caller, IdempotencyKey key)
    {
        var (body, form) = await TraceBody.ReadAsync(http, options.Value.MaxBatchBytes, key);
        for (var tries = 0; tries < MaximumTries; tries++)
        {
            // The body may have been long in coming.
            var known = await directory.LatestAsync(study, caller, http.RequestAborted);
            var mayName = known.RightsOf(caller).HasFlag(StudyRights.Write);
            var sender = new Sender(mayName, known.NumberOf(caller));
            var now = clock.GetUtcNow();
            if (!TraceParser.TryParse(body, form, known, sender, options.Value, now, out var parsed, out var problem))
            {
                return problem!;
            }

            // Not bound to the connection: what is stored is stored, whether or not anyone still waits for the reply.
            var outcome = await queue.StoreAsync(
                new IntakeBatch(known, caller.Id, parsed, now)
                {
                    MayName = sender.MayName,
                    Limits = options.Value,
                    Key = key.Name is null ? null : key,
                }
            );
            if (!outcome.StudyChanged)
            {
                // Nothing that a cache could keep or that could be asked for again: no entity tag is computed.
                return outcome.Problem
                    ?? (IResult?)outcome.Kept
                    ?? new JsonReply(outcome.Status, outcome.Json) { NoStore = true };
            }

            directory.Forget(study.Slug);
        }

        throw new DatabaseUnavailableException("The study is being changed.", TimeSpan.FromSeconds(1));
    }
}
