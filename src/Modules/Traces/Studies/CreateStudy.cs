using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;

namespace Sillage.Traces.Studies;

/// <summary>Makes a study, owned by the caller.</summary>
internal static class CreateStudy
{
    public static void Map(RouteGroupBuilder studies) =>
        studies
            .MapPost("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .WithSummary("Create a study")
            .WithDescription(
                "Makes a study that the caller owns. Fields can be added later; see the guide's first study."
            )
            .WithRequestExample(NewStudy.Example)
            .WithReplyExample(StudyResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<StudyResource>, Problem>> Handle(
        Body<NewStudy> body,
        IdempotencyKey key,
        Caller caller,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var request = body.Value;
        request.Check();
        try
        {
            return await key.RunAsync<StudyResource>(
                database,
                async unit =>
                {
                    await request.InsertAsync(unit, caller.Id, caller.Id, clock.GetUtcNow(), ct);
                    var study = await StudyStore.LoadAsync(unit, request.Slug, ct);
                    return Reply.Created(StudyResource.AddressOf(request.Slug), StudyResource.Of(study!, caller));
                },
                ct
            );
        }
        catch (UniqueViolationException)
        {
            return Problem.Conflict("There is a study with this slug.", new FieldError("/slug", "Choose another one."));
        }
    }
}
