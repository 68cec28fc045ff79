using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Participants;

/// <summary>Lists a study's participants.</summary>
internal static class ListParticipants
{
    private const string WithNames = """
        SELECT p.number, p.pseudonym, i.username, p.created_at
        FROM participant p LEFT JOIN identity i ON i.study = p.study AND i.number = p.number
        WHERE p.study = @Study AND p.number > @Number ORDER BY p.number LIMIT @Limit
        """;

    private const string ByNumber = """
        SELECT number, pseudonym, NULL AS username, created_at FROM participant
        WHERE study = @Study AND number > @Number ORDER BY number LIMIT @Limit
        """;

    // In the order of the numbers, a place in the list would be as good as the number.
    private const string ByPseudonym = """
        SELECT number, pseudonym, NULL AS username, created_at FROM participant
        WHERE study = @Study AND pseudonym > @Pseudonym ORDER BY pseudonym LIMIT @Limit
        """;

    private sealed record Keys(long Number, string Pseudonym);

    public static void Map(RouteGroupBuilder participants) =>
        participants
            .MapGet("/", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read, StudyRights.Manage, StudyRights.Identities)
            .WithSummary("List participants")
            .WithDescription(
                "With the right 'identities': number, pseudonym and user name, which is audited. With 'manage': number and pseudonym. With "
                    + "'read': pseudonyms only, in their own order."
            )
            .WithReplyExample(new Page<ParticipantResource>([ParticipantResource.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<ParticipantResource>> Handle(
        Study study,
        PageRequest page,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var rights = study.RightsOf(caller);
        var after = page.After<Keys>();
        var parameters = new
        {
            Study = study.Key,
            Number = after?.Number ?? 0,
            Pseudonym = after?.Pseudonym ?? "",
            Limit = page.Limit + 1L,
        };
        var numbers = (rights & ParticipantName.SeeNumbers) != StudyRights.None;
        var sql = numbers
            ? ((rights & StudyRights.Identities) != StudyRights.None ? WithNames : ByNumber)
            : ByPseudonym;
        if (sql == WithNames)
        {
            await Names.AuditAsync(database, study, caller, purpose, "participants", ct);
        }

        var rows = await database.ReadAsync(r => r.QueryAsync<ParticipantView.Row>(sql, parameters, ct), ct);
        return new PageReply<ParticipantResource>(
            [.. rows.Take(page.Limit).Select(row => ParticipantView.Show(row, study.Slug, rights))],
            rows.Count > page.Limit ? KeysOf(rows[page.Limit - 1], numbers) : null
        );
    }

    // A cursor can be read by whoever holds it.
    private static Keys KeysOf(ParticipantView.Row row, bool numbers) => new(numbers ? row.Number : 0, row.Pseudonym);
}
