using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.PersonalData;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.PersonalData;
using Sillage.Traces.Removal;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Consent;

/// <summary>
/// Takes consent back: from then on nothing is taken of the participant, and what is there is kept, loses its tie, or is
/// destroyed, as he says.
/// </summary>
internal static class WithdrawConsent
{
    private const string CountTraces = "SELECT count(*) FROM trace WHERE study = @study AND participant = @number";

    private const string CountQuarantined =
        "SELECT count(*) FROM quarantine WHERE study = @study AND (participant = @number OR sender = @account)";

    private const string DeleteTie = "DELETE FROM identity WHERE study = @study AND number = @number";

    // What he sent stays to be mended, but no longer says by whom.
    private const string ForgetSender = "UPDATE quarantine SET sender = id WHERE study = @study AND sender = @account";

    /// <summary>What became of a participant's data, or would become.</summary>
    /// <param name="DryRun">Whether nothing was done yet.</param>
    /// <param name="Then"><c>keep</c>, <c>anonymise</c> or <c>destroy</c>.</param>
    /// <param name="Traces">How many traces are his.</param>
    /// <param name="Quarantined">How many more are in quarantine.</param>
    /// <param name="TakesPart">Whether he is a participant afterwards, and may agree again.</param>
    /// <param name="Links">Where it is read when the last byte is gone (<c>progress</c>), if anything was to go.</param>
    public sealed record Response(bool DryRun, string Then, long Traces, long Quarantined, bool TakesPart, Links Links);

    private sealed record Services(
        StudyDirectory Directory,
        IDatabase<TracesModule> Database,
        RemovalQueue Removals,
        IErasureList Erasures,
        IPersonalData PersonalData,
        TimeProvider Clock
    );

    public static void Map(RouteGroupBuilder study)
    {
        Describe(study.MapDelete("/consent", HandleOwnAsync).RequirePermission(Permission.Self))
            .WithSummary("Withdraw consent")
            .WithDescription(
                """
                At any time. Nothing more is taken from then on; what becomes of what is there is said by `then`. Without it the
                reply is 400, with how much each choice is about. What was destroyed does not come back.
                """
            );
        Describe(
                study
                    .MapDelete("/participants/{participant}/consent", HandlePaperAsync)
                    .RequirePermission(Permission.CreateStudies)
            )
            .WithSummary("Record a withdrawal")
            .WithDescription(
                "For a participant who withdraws on paper, by letter or by word. Needs the right 'manage', and is audited."
            );
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) =>
        route
            .WithQuery(
                "then",
                "What becomes of the participant's traces. keep: they stay. anonymise: they stay, and nothing ties them to the account any more. destroy: they are removed. After the last two he takes part no longer.",
                "keep"
            )
            .WithQuery("dryRun", "Whether only to count. Default false.", "true")
            .WithReplyExample(
                new Response(
                    DryRun: false,
                    "anonymise",
                    120,
                    2,
                    TakesPart: false,
                    new Links { ["progress"] = "/api/v1/erasures/019aa0c4-5a80-7f3e-9d0b-6b1f4e2a7c11" }
                )
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);

    private static Task<Results<Reply<Response>, Problem>> HandleOwnAsync(
        string study,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        RemovalQueue removals,
        IErasureList erasures,
        TracesPersonalData personalData,
        TimeProvider clock,
        CancellationToken ct,
        string? then = null,
        bool dryRun = false
    ) =>
        WithdrawAsync(
            study,
            new ConsentParty(caller, null),
            then,
            dryRun,
            new Services(directory, database, removals, erasures, personalData, clock),
            ct
        );

    private static Task<Results<Reply<Response>, Problem>> HandlePaperAsync(
        string study,
        string participant,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        RemovalQueue removals,
        IErasureList erasures,
        TracesPersonalData personalData,
        TimeProvider clock,
        CancellationToken ct,
        string? then = null,
        bool dryRun = false
    ) =>
        WithdrawAsync(
            study,
            new ConsentParty(caller, participant),
            then,
            dryRun,
            new Services(directory, database, removals, erasures, personalData, clock),
            ct
        );

    private static async Task<Results<Reply<Response>, Problem>> WithdrawAsync(
        string slug,
        ConsentParty party,
        string? then,
        bool dryRun,
        Services services,
        CancellationToken ct
    )
    {
        var known = await services.Directory.GetAsync(slug, party.Caller, ct);
        var number = party.NumberIn(known);
        var whose = new
        {
            study = known.Key,
            number,
            account = ConsentParty.AccountOf(known, number),
        };
        var (traces, quarantined) = await services.Database.ReadAsync(
            async r =>
                (
                    await r.ScalarAsync<long>(CountTraces, whose, ct),
                    await r.ScalarAsync<long>(CountQuarantined, whose, ct)
                ),
            ct
        );
        if (then is not ("keep" or "anonymise" or "destroy"))
        {
            return AskWhatThen(traces, quarantined);
        }

        var links = new Links();
        if (!dryRun)
        {
            Task EraseAsync() =>
                services.Database.WriteAsync(
                    unit =>
                        RecordAsync(
                            unit,
                            new ErasedParticipation(known.Key, number),
                            slug,
                            party,
                            then,
                            traces,
                            quarantined,
                            services,
                            ct
                        ),
                    ct
                );
            if (then == "keep")
            {
                await EraseAsync();
            }
            else
            {
                var erasure = await ListAsync(
                    new ErasedParticipation(known.Key, number),
                    then,
                    EraseAsync,
                    services,
                    ct
                );
                links["progress"] = $"/api/v1/erasures/{erasure}";
            }
        }

        return Reply.Ok(new Response(dryRun, then, traces, quarantined, TakesPart: then == "keep", links));
    }

    /// <summary>Erases what is on the list before: it would come back with a backup else.</summary>
    /// <returns>The erasure's id.</returns>
    private static async Task<Guid> ListAsync(
        ErasedParticipation participation,
        string then,
        Func<Task> eraseAsync,
        Services services,
        CancellationToken ct
    )
    {
        var form = then == "destroy" ? ErasureForm.Destroy : ErasureForm.Anonymise;
        var part = new ErasedPart(participation.ToString(), form, services.Clock.GetUtcNow());
        var data = services.PersonalData;
        var id = await services.Erasures.RecordPartAsync(data.Section, part.Name, form, ct);
        await services.Erasures.EraseAsync(id, eraseAsync, stopping => data.IsPartErasedAsync(part, stopping));
        return id;
    }

    private static async Task<bool> RecordAsync(
        IUnitOfWork unit,
        ErasedParticipation participation,
        string slug,
        ConsentParty party,
        string then,
        long traces,
        long quarantined,
        Services services,
        CancellationToken ct
    )
    {
        var study =
            await StudyStore.LoadForChangeAsync(unit, slug, ct) ?? throw new ProblemException(Problem.NotFound());
        var number = party.NumberIn(study);
        if (participation != new ErasedParticipation(study.Key, number))
        {
            throw new ProblemException(Problem.NotFound());
        }

        var last = await ConsentRecord.LastAsync(unit, study.Key, number, ct);
        var version = last?.Version ?? study.Consent!.Terms.Version;
        await new ConsentRecord(false, version, party.Source, then, services.Clock.GetUtcNow()).AddAsync(
            unit,
            study.Key,
            number,
            ct
        );
        if (then != "keep")
        {
            await CutAsync(unit, study, number, then == "destroy", services.Removals, ct);
        }

        await StudyStore.BumpAsync(unit, study.Key, ct);
        // A participant is named by no id: next to the record, whose row is of the same moment, it would be the tie again.
        var details = new
        {
            by = party.Source,
            number = party.OnPaper ? number : (long?)null,
            then,
            traces,
            quarantined,
        };
        await unit.AuditAsync(
            new AuditEntry(
                "consent.withdrawn",
                party.OnPaper ? party.Caller.Id : null,
                slug,
                JsonSerializer.Serialize(details, Hosting.Requests.Json.Options)
            ),
            ct
        );
        unit.OnCommitted(() => services.Directory.Forget(slug));
        return true;
    }

    /// <summary>Ends the participation: the tie at once, and the rest, if it is to go, by the worker.</summary>
    private static async Task CutAsync(
        IUnitOfWork unit,
        Study study,
        long number,
        bool destroy,
        RemovalQueue removals,
        CancellationToken ct
    )
    {
        var account = ConsentParty.AccountOf(study, number);
        var form = destroy ? ErasureForm.Destroy : ErasureForm.Anonymise;
        await removals.AddParticipantAsync(unit, study.Key, number, account, form, study.Slug, ct);
        if (!destroy && account is not null)
        {
            await unit.ExecuteAsync(ForgetSender, new { study = study.Key, account }, ct);
        }

        await unit.ExecuteAsync(DeleteTie, new { study = study.Key, number }, ct);
    }

    private static Problem AskWhatThen(long traces, long quarantined)
    {
        var what = $"{traces} traces, and {quarantined} in quarantine,";
        return Problem.BadRequest(
            "Say by ?then= what becomes of what is there. Nothing was withdrawn yet.",
            new FieldError("?then", $"keep: {what} stay as they are; nothing more is taken."),
            new FieldError("?then", $"anonymise: {what} stay, and nothing ties them to the account any more."),
            new FieldError("?then", $"destroy: {what} are removed for good.")
        );
    }
}
