using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Participants;

/// <summary>Shows one participant.</summary>
internal static class ReadParticipant
{
    private const string Select = """
        SELECT p.number, p.pseudonym, i.username, p.created_at
        FROM participant p LEFT JOIN identity i ON i.study = p.study AND i.number = p.number
        WHERE p.study = @Study AND p.number = @Number
        """;

    public static void Map(RouteGroupBuilder participants) =>
        participants
            .MapGet("/{participant}", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read, StudyRights.Manage, StudyRights.Identities)
            .WithSummary("Read a participant")
            .WithDescription(
                "By pseudonym, or by number with the right 'manage' or 'identities'. What is shown depends on the rights as in the list."
            )
            .WithReplyExample(ParticipantResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<ParticipantResource>> Handle(
        Study study,
        string participant,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var rights = study.RightsOf(caller);
        var number = ParticipantName.Find(study, participant, rights) ?? throw new ProblemException(Problem.NotFound());
        if ((rights & StudyRights.Identities) != StudyRights.None)
        {
            await Names.AuditAsync(database, study, caller, purpose, "participants", ct);
        }

        var row =
            await database.ReadAsync(
                r => r.FirstOrDefaultAsync<ParticipantView.Row>(Select, new { Study = study.Key, Number = number }, ct),
                ct
            ) ?? throw new ProblemException(Problem.NotFound());
        return Reply.Ok(ParticipantView.Show(row, study.Slug, rights));
    }
}
