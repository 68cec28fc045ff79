using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>Lists the sessions of a study's participants.</summary>
internal static class ListSessions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void Map(RouteGroupBuilder sessions) =>
        sessions
            .MapGet("/", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("List sessions")
            .WithDescription(
                """
                Each participant's sessions with start, end, length and count, what their sequence numbers miss, and what is
                known of the clock that wrote their timestamps; in the order of pseudonyms and of the sessions' names.
                """
            )
            .WithParticipant()
            .WithIdentities()
            .WithReplyExample(new Page<SessionResource>([TallyExamples.Session], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<SessionResource>> Handle(
        Study study,
        string? participant,
        bool? identities,
        PageRequest page,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        Tallies tallies,
        CancellationToken ct
    )
    {
        var number = ParticipantName.Wanted(study, participant, caller);
        await Names.DemandAsync(database, study, caller, identities is true, purpose, "sessions", ct);
        await tallies.CatchUpAsync(study.Key, Patience, ct);
        return await database.ReadAsync(
            async reader =>
            {
                var rows = await SessionScan.ReadAsync(
                    reader,
                    study,
                    number,
                    page.After<SessionKeys>(),
                    page.Limit + 1L,
                    ct
                );
                SessionRow[] shown = [.. rows.Take(page.Limit)];
                var clocks = await SessionScan.ClocksAsync(reader, study, shown, ct);
                var names = await Names.OfWantedAsync(
                    reader,
                    study,
                    identities is true,
                    shown.Select(s => s.Participant),
                    ct
                );
                return new PageReply<SessionResource>(
                    [.. shown.Select((row, i) => Show(row, clocks[i], names))],
                    rows.Count > page.Limit ? new SessionKeys(shown[^1].Pseudonym, shown[^1].Session) : null
                );
            },
            ct
        );

        SessionResource Show(SessionRow row, SenderClock clock, IReadOnlyDictionary<long, string>? names) =>
            SessionResource.Of(row, clock, study.Slug) with
            {
                Number = names is null ? null : row.Participant,
                Username = names?.GetValueOrDefault(row.Participant),
            };
    }
}
