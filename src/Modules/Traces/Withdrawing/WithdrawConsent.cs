using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Consent;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Withdrawing;

/// <summary>
/// Takes consent back: from then on nothing is taken of the participant, and what is there is kept, loses its tie, or is
/// destroyed, as he says.
/// </summary>
internal static class WithdrawConsent
{
    /// <summary>What became of a participant's data, or would become.</summary>
    /// <param name="DryRun">Whether nothing was done yet.</param>
    /// <param name="Then"><c>keep</c>, <c>anonymise</c> or <c>destroy</c>.</param>
    /// <param name="Traces">How many traces are his.</param>
    /// <param name="Quarantined">How many more are in quarantine.</param>
    /// <param name="TakesPart">Whether he is a participant afterwards, and may agree again.</param>
    /// <param name="Links">Where to go from here; <c>progress</c> tells how far an erasure has come.</param>
    public sealed record Response(bool DryRun, string Then, long Traces, long Quarantined, bool TakesPart, Links Links);

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
                    .RequirePermission(TracesPermission.CreateStudies)
                    .RequireRight(StudyRights.Manage)
            )
            .WithSummary("Record a withdrawal")
            .WithDescription("For a participant who withdraws on paper, by letter or by word. Audited.");
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
        Study study,
        Caller caller,
        IDatabase<TracesData> database,
        Withdrawals withdrawals,
        CancellationToken ct,
        string? then = null,
        bool dryRun = false
    ) => WithdrawAsync(study, new ConsentParty(caller, null), then, dryRun, database, withdrawals, ct);

    private static Task<Results<Reply<Response>, Problem>> HandlePaperAsync(
        Study study,
        string participant,
        Caller caller,
        IDatabase<TracesData> database,
        Withdrawals withdrawals,
        CancellationToken ct,
        string? then = null,
        bool dryRun = false
    ) => WithdrawAsync(study, new ConsentParty(caller, participant), then, dryRun, database, withdrawals, ct);

    private static async Task<Results<Reply<Response>, Problem>> WithdrawAsync(
        Study study,
        ConsentParty party,
        string? then,
        bool dryRun,
        IDatabase<TracesData> database,
        Withdrawals withdrawals,
        CancellationToken ct
    )
    {
        var number = party.NumberIn(study);
        var (traces, quarantined) = await Belongings.CountAsync(database, study, number, ct);
        if (then is not ("keep" or "anonymise" or "destroy"))
        {
            return AskWhatThen(traces, quarantined);
        }

        var links = new Links();
        if (!dryRun)
        {
            var wish = new Withdrawals.Wish(party, study.Slug, then, traces, quarantined);
            if (await withdrawals.WithdrawAsync(study, number, wish, ct) is { } erasure)
            {
                links["progress"] = $"/api/v1/erasures/{erasure}";
            }
        }

        return Reply.Ok(new Response(dryRun, then, traces, quarantined, TakesPart: then == "keep", links));
    }

    private static Problem AskWhatThen(long traces, long quarantined)
    {
        var what = new Belongings(traces, quarantined).Told;
        return Problem.BadRequest(
            "Say by ?then= what becomes of what is there. Nothing was withdrawn yet.",
            new FieldError("?then", $"keep: {what} stay as they are; nothing more is taken."),
            new FieldError("?then", $"anonymise: {what} stay, and nothing ties them to the account any more."),
            new FieldError("?then", $"destroy: {what} are removed for good.")
        );
    }
}
