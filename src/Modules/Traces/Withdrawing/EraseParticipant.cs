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
/// Erases a participant from a study, whether it asks for consent or not, and whether he has an account or not: those who were
/// imported have none to ask by.
/// </summary>
internal static class EraseParticipant
{
    /// <summary>What was erased, or would be.</summary>
    /// <param name="DryRun">Whether nothing was done yet.</param>
    /// <param name="Then"><c>anonymise</c> or <c>destroy</c>.</param>
    /// <param name="Traces">How many traces are the participant's.</param>
    /// <param name="Quarantined">How many more are in quarantine.</param>
    /// <param name="Links">Where to go from here; <c>progress</c> tells how far the erasure has come.</param>
    public sealed record ErasedParticipant(bool DryRun, string Then, long Traces, long Quarantined, Links Links);

    public static void Map(RouteGroupBuilder participants) =>
        participants
            .MapDelete("/{participant}", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Erase a participant")
            .WithDescription(
                """
                For a participant who asks for it by letter or by word, of a study with or without consent. By number or pseudonym.
                Without `then` the reply is 400, with how much each choice is about. What was destroyed does not come back.
                Audited.
                """
            )
            .WithQuery(
                "then",
                "What becomes of the participant's traces. anonymise: they stay, and nothing ties them to an account any more. destroy: they are removed, and the participant with them.",
                "destroy"
            )
            .WithQuery("dryRun", "Whether only to count. Default false.", "true")
            .WithReplyExample(
                new ErasedParticipant(
                    DryRun: false,
                    "destroy",
                    120,
                    2,
                    new Links { ["progress"] = "/api/v1/erasures/019aa0c4-5a80-7f3e-9d0b-6b1f4e2a7c11" }
                )
            )
            .Fails(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<ErasedParticipant>, Problem>> Handle(
        Study study,
        string participant,
        Caller caller,
        IDatabase<TracesData> database,
        Withdrawals withdrawals,
        CancellationToken ct,
        string? then = null,
        bool dryRun = false
    )
    {
        var party = new ConsentParty(caller, participant);
        var number = party.NamedIn(study);
        var (traces, quarantined) = await Belongings.CountAsync(database, study, number, ct);
        if (then is not ("anonymise" or "destroy"))
        {
            var what = new Belongings(traces, quarantined).Told;
            return Problem.BadRequest(
                "Say by ?then= what becomes of what is there. Nothing was erased yet.",
                new FieldError("?then", $"anonymise: {what} stay, and nothing ties them to an account any more."),
                new FieldError("?then", $"destroy: {what} are removed for good, and the participant with them.")
            );
        }

        var links = new Links();
        if (!dryRun)
        {
            var wish = new Withdrawals.Wish(party, study.Slug, then, traces, quarantined) { Erases = true };
            links["progress"] = $"/api/v1/erasures/{await withdrawals.EraseAsync(study, number, wish, ct)}";
        }

        return Reply.Ok(new ErasedParticipant(dryRun, then, traces, quarantined, links));
    }
}
