using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Fields;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Studies;

/// <summary>Changes a study's title or retention, adds fields or loosens those there are.</summary>
internal static class ChangeStudy
{
    private static readonly Sql Update = new(
        """
        UPDATE study SET title = @Title, definition = @Definition, unknown_fields = @Unknown,
          retention_days = @Retention, version = version + 1, updated_at = @Now
        WHERE key = @Key
        """,
        """
        UPDATE study SET title = @Title, definition = CAST(@Definition AS json), unknown_fields = @Unknown,
          retention_days = @Retention, version = version + 1, updated_at = @Now
        WHERE key = @Key
        """
    );

    /// <summary>The part of a study that can change.</summary>
    /// <param name="Title">Its name for people, 1 to 200 characters.</param>
    /// <param name="Fields">All its fields, those there are included; an array is replaced as a whole (RFC 7396).</param>
    /// <param name="UnknownFields">Holds for traces to come; what is stored stays as it is.</param>
    /// <param name="RetentionDays">
    /// For how many days after their receipt traces are kept, 1 to 36 500; null for ever. What is past its time then goes with
    /// the next turn of the daily job, not at once.
    /// </param>
    /// <param name="Consent">What participants are asked to agree to. Another text needs a higher version.</param>
    public sealed record Changeable(
        [property: Required] string Title,
        [property: Required] IReadOnlyList<FieldDefinition> Fields,
        UnknownFields UnknownFields,
        [property: Range(1, Study.LongestRetention)] int? RetentionDays = null,
        ConsentTerms? Consent = null
    );

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapPatch("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Change a study")
            .WithDescription(
                "A JSON Merge Patch. Fields may be added and loosened (not required, longer, more values); none may be "
                    + "removed, retyped or tightened, as that would make stored traces unfit. What was rejected before and fits now is "
                    + "stored by the link 'put-back'. Needs the right 'identities' to show more of a field than its "
                    + "'export' did."
            )
            .WithRequestExample(new { title = "Java quest, second term", unknownFields = "refuse" })
            .WithReplyExample(StudyResource.Example)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status412PreconditionFailed);

    private static async Task<Reply<StudyResource>> Handle(
        Study study,
        MergePatch<Changeable> patch,
        Precondition precondition,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var changed = await database.WriteAsync(
            async unit =>
            {
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                precondition.Check(StudyResource.Of(current, caller));
                var terms = current.Consent?.Terms;
                var wanted = patch.Apply(
                    new Changeable(current.Title, current.Fields, current.UnknownFields, current.RetentionDays, terms)
                );
                StudyRules.Demand([
                    .. StudyRules.CheckTitle(wanted.Title),
                    .. FieldDefinition.Check(wanted.Fields),
                    .. ConsentTerms.Check(terms, wanted.Consent),
                ]);
                StudyRules.Demand(StudyRules.CheckChange(current.Fields, wanted.Fields));
                var opened = StudyRules.Opened(current.Fields, wanted.Fields);
                if (opened.Count > 0)
                {
                    // Who may not see identities must not get at what was marked to be kept from him.
                    current.Demand(caller, StudyRights.Identities);
                }

                await unit.ExecuteAsync(
                    Update,
                    new
                    {
                        Key = current.Key,
                        Title = wanted.Title,
                        Definition = StoredFields.Write(wanted.Fields),
                        Unknown = StoredFields.NameOf(wanted.UnknownFields),
                        Retention = (long?)wanted.RetentionDays,
                        Now = clock.GetUtcNow(),
                    },
                    ct
                );
                await StudyStore.KeepMaskKeyAsync(unit, study.Slug, wanted.Fields, ct);
                if (wanted.Consent is { } asked && asked != terms)
                {
                    await StudyConsent.SetAsync(unit, current.Key, terms, asked, clock.GetUtcNow(), ct);
                }

                if (wanted.Fields.Select(f => f.Name).Except(current.Fields.Select(f => f.Name)).Any())
                {
                    // Traces that are there may have a member of this name, which from now on is a field.
                    await Tallies.RecountAllAsync(unit, current.Key, ct);
                }

                await unit.AuditAsync(
                    new AuditEntry("study.changed", caller.Id, study.Slug, DetailsOf(wanted, opened)),
                    ct
                );
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return await StudyStore.LoadAsync(unit, study.Slug, ct);
            },
            ct
        );
        return Reply.Ok(StudyResource.Of(changed!, caller));
    }

    private static string DetailsOf(Changeable changed, IReadOnlyList<string> opened) =>
        JsonSerializer.Serialize(
            new
            {
                fields = changed.Fields.Count,
                opened,
                retentionDays = changed.RetentionDays,
                consent = changed.Consent is { } terms
                    ? new
                    {
                        terms.Required,
                        terms.Version,
                        terms.Renew,
                    }
                    : null,
            },
            Json.Options
        );
}
