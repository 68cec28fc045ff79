using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Documentation;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Participants;

/// <summary>Shows one participant.</summary>
internal static class ReadParticipant
{
    private const string Select = """
        SELECT p.number, p.pseudonym, i.username, p.created_at
        FROM participant p LEFT JOIN identity i ON i.study = p.study AND i.number = p.number
        WHERE p.study = @study AND p.number = @number
        """;

    public static void Map(RouteGroupBuilder participants) =>
        participants
            .MapGet("/{participant}", HandleAsync)
            .RequirePermission(Permission.ReadTraces)
            .WithSummary("Read a participant")
            .WithDescription(
                "By pseudonym, or by number with the right 'manage' or 'identities'. What is shown depends on the rights as in the list."
            )
            .WithReplyExample(Examples.Participant)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Reply<ParticipantResource>> HandleAsync(
        string study,
        string participant,
        Caller caller,
        StudyDirectory directory,
        IDatabase<TracesModule> database,
        CancellationToken ct
    )
    {
        var known = await directory.GetAsync(study, caller, ct);
        var rights = known.RightsOf(caller);
        if ((rights & (StudyRights.Read | ParticipantView.SeeNumbers)) == StudyRights.None)
        {
            throw new ProblemException(Problem.Forbidden("This needs the right 'read', 'manage' or 'identities'."));
        }

        var number = Find(known, participant, rights) ?? throw new ProblemException(Problem.NotFound());
        if ((rights & StudyRights.Identities) != StudyRights.None)
        {
            await Names.AuditAsync(database, known, caller, "participants", ct);
        }

        var row =
            await database.ReadAsync(
                r => r.FirstOrDefaultAsync<ParticipantView.Row>(Select, new { study = known.Key, number }, ct),
                ct
            ) ?? throw new ProblemException(Problem.NotFound());
        return Reply.Ok(ParticipantView.Show(row, study, rights));
    }

    /// <summary>The number behind a number or pseudonym.</summary>
    /// <returns>Null if there is no such participant.</returns>
    /// <exception cref="ProblemException">403: numbers are not for this caller.</exception>
    internal static long? Find(Study study, string participant, StudyRights rights)
    {
        if (!long.TryParse(participant, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return study.NumberByPseudonym.TryGetValue(participant, out number) ? number : null;
        }

        if ((rights & ParticipantView.SeeNumbers) == StudyRights.None)
        {
            throw new ProblemException(
                Problem.Forbidden(
                    "Participants' numbers need the right 'manage' or 'identities'; name them by pseudonym."
                )
            );
        }

        return study.HasParticipant(number) ? number : null;
    }
}
