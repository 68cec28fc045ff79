using System.ComponentModel.DataAnnotations;
using System.Text.Json;
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
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Fields;

namespace Sillage.Traces.Studies;

/// <summary>Makes a study, owned by the caller.</summary>
internal static class CreateStudy
{
    internal static readonly Request NewStudy = new(
        "java-quest",
        "Java quest",
        StudyResource.ExampleFields,
        UnknownFields.Keep
    );

    private static readonly Sql Insert = new(
        """
        INSERT INTO study (slug, title, definition, unknown_fields, retention_days, owner, created_at, updated_at)
        VALUES (@slug, @title, @definition, @unknown, @retention, @owner, @now, @now)
        """,
        """
        INSERT INTO study (slug, title, definition, unknown_fields, retention_days, owner, created_at, updated_at)
        VALUES (@slug, @title, CAST(@definition AS json), @unknown, @retention, @owner, @now, @now)
        """
    );

    private const string KeyOf = "SELECT key FROM study WHERE slug = @slug";

    /// <summary>A new study.</summary>
    /// <param name="Slug">
    /// Its name in addresses, for good: 2 to 63 lower case letters, digits, <c>-</c> or <c>_</c>, the first and last a
    /// letter or digit.
    /// </param>
    /// <param name="Title">Its name for people, 1 to 200 characters.</param>
    /// <param name="Fields">The fields that its traces have, at most 200; none if left out.</param>
    /// <param name="UnknownFields">Whether other members of <c>data</c> are kept (the default) or refused.</param>
    /// <param name="RetentionDays">For how many days after their receipt traces are kept, 1 to 36 500; for ever if left out.</param>
    /// <param name="Consent">What participants are asked to agree to; nothing if left out.</param>
    public sealed record Request(
        [property: Required] string Slug,
        [property: Required] string Title,
        IReadOnlyList<FieldDefinition>? Fields = null,
        UnknownFields? UnknownFields = null,
        [property: Range(1, Study.LongestRetention)] int? RetentionDays = null,
        ConsentTerms? Consent = null
    );

    public static void Map(RouteGroupBuilder studies) =>
        studies
            .MapPost("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .WithSummary("Create a study")
            .WithDescription(
                "Makes a study that the caller owns. Fields can be added later; see the guide's first study."
            )
            .WithRequestExample(CreateStudy.NewStudy)
            .WithReplyExample(StudyResource.Example)
            .Fails(StatusCodes.Status409Conflict);

    private static async Task<Results<CreatedReply<StudyResource>, Problem>> Handle(
        Body<Request> body,
        IdempotencyKey key,
        Caller caller,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var request = body.Value;
        Check(request);
        try
        {
            return await key.RunAsync<StudyResource>(
                database,
                async unit =>
                {
                    await InsertAsync(unit, request, caller.Id, caller.Id, clock.GetUtcNow(), ct);
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

    /// <summary>Ends the request unless the study can be made.</summary>
    /// <exception cref="ProblemException">400.</exception>
    internal static void Check(Request request) =>
        StudyRules.Demand([
            .. StudyRules.CheckSlug(request.Slug),
            .. StudyRules.CheckTitle(request.Title),
            .. FieldDefinition.Check(request.Fields ?? []),
            .. ConsentTerms.Check(null, request.Consent),
        ]);

    /// <summary>Stores the study.</summary>
    /// <exception cref="UniqueViolationException">The slug is taken.</exception>
    internal static async Task InsertAsync(
        IUnitOfWork unit,
        Request request,
        Guid? owner,
        Guid? actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var fields = request.Fields ?? [];
        var parameters = new
        {
            slug = request.Slug,
            title = request.Title,
            definition = StoredFields.Write(fields),
            unknown = StoredFields.NameOf(request.UnknownFields ?? UnknownFields.Keep),
            retention = (long?)request.RetentionDays,
            owner,
            now,
        };
        await unit.ExecuteAsync(Insert, parameters, ct);
        await StudyStore.KeepMaskKeyAsync(unit, request.Slug, fields, ct);
        if (request.Consent is { } terms)
        {
            var key = await unit.ScalarAsync<long>(KeyOf, new { slug = request.Slug }, ct);
            await StudyConsent.SetAsync(unit, key, null, terms, now, ct);
        }

        await unit.AuditAsync(
            new AuditEntry(
                "study.created",
                actor,
                request.Slug,
                JsonSerializer.Serialize(new { fields = fields.Count })
            ),
            ct
        );
    }
}
