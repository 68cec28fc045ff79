using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>Records that a participant agrees.</summary>
internal static class GiveConsent
{
    /// <summary>What is agreed to.</summary>
    /// <param name="Version">The version of the text that was read.</param>
    public sealed record Request(long Version);

    public static void Map(RouteGroupBuilder study)
    {
        study
            .MapPut("/consent", HandleOwnAsync)
            .RequirePermission(Permission.Self)
            .WithSummary("Give consent")
            .WithDescription(
                "A participant agrees to the current version; to another one he cannot: 409 names the version that is asked "
                    + "now. Traces are taken from then on. The same again changes nothing."
            )
            .WithRequestExample(new Request(3))
            .WithReplyExample(ConsentState.OwnExample)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        study
            .MapPut("/participants/{participant}/consent", HandlePaperAsync)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Record consent given on paper")
            .WithDescription("For a participant who signed: any version that still holds. Audited.")
            .WithRequestExample(new Request(3))
            .WithReplyExample(ConsentState.PaperExample)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static Task<Reply<ConsentState>> HandleOwnAsync(
        Study study,
        Body<Request> body,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    ) => GiveAsync(study, new ConsentParty(caller, null), body.Value.Version, directory, database, clock, ct);

    private static Task<Reply<ConsentState>> HandlePaperAsync(
        Study study,
        string participant,
        Body<Request> body,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    ) => GiveAsync(study, new ConsentParty(caller, participant), body.Value.Version, directory, database, clock, ct);

    private static async Task<Reply<ConsentState>> GiveAsync(
        Study known,
        ConsentParty party,
        long version,
        StudyDirectory directory,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        party.NumberIn(known);
        var state = await database.WriteAsync(
            async unit =>
            {
                var study = await StudyStore.LockAsync(unit, known, party.Caller, ct);
                var number = party.NumberIn(study);
                DemandVersion(study.Consent!, party.OnPaper, version);
                var last = await ConsentRecord.LastAsync(unit, study.Key, number, ct);
                if (last is { Given: true } && last.Version >= version)
                {
                    return ConsentState.Of(study, number, last, party.OnPaper);
                }

                var given = new ConsentRecord(true, version, party.Source, null, Now(clock));
                await given.AddAsync(unit, study.Key, number, ct);
                await StudyStore.BumpAsync(unit, study.Key, ct);
                if (party.OnPaper)
                {
                    var details = JsonSerializer.Serialize(new { number, version });
                    await unit.AuditAsync(new AuditEntry("consent.recorded", party.Caller.Id, study.Slug, details), ct);
                }

                unit.OnCommitted(() => directory.Forget(study.Slug));
                return ConsentState.Of(study, number, given, party.OnPaper);
            },
            ct
        );
        return Reply.Ok(state);
    }

    // As precisely as it is stored: the same is told now and later.
    private static DateTimeOffset Now(TimeProvider clock) => Rfc3339.ToTime(Rfc3339.ToMicroseconds(clock.GetUtcNow()));

    private static void DemandVersion(StudyConsent consent, bool onPaper, long version)
    {
        var current = consent.Terms.Version;
        var earliest = onPaper ? Math.Max(consent.ValidFrom, 1) : current;
        if (version < earliest || version > current)
        {
            throw new ProblemException(
                Problem.Conflict(
                    $"What is asked now is version {current}.",
                    new FieldError(
                        "/version",
                        earliest < current ? $"From {earliest} to {current}." : $"{current}; read its text first."
                    )
                )
            );
        }
    }
}
