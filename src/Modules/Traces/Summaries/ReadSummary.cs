using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Replies;
using Sillage.Storage;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using Sillage.Traces.Tally;

namespace Sillage.Traces.Summaries;

/// <summary>Shows a study's traces added up.</summary>
internal static class ReadSummary
{
    // So long a reply may wait for what is not counted yet; mostly that is some seconds' traces, and done at once.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void Map(RouteGroupBuilder study) =>
        study
            .MapGet("/summary", Handle)
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("Summarise traces")
            .WithDescription(
                """
                How many traces there are, by day, name, participant and field value; from when to when; averages; what the
                sequence numbers miss. Made of counts that are kept up to date, so that it costs the same for thousands and
                for millions of traces. `complete` is false while a large backlog is still being counted: ask again.

                Days go by timestamps, which are by the senders' clocks, in UTC or another `timeZone` that is whole hours off
                it. A field's values are told apart up to 200, or as many as it declares, and up to 200 bytes each; marked fields are shown with `identities=true` only.

                Made for being asked again and again: `If-None-Match` with the `ETag` gets 304 until something has changed.
                """
            )
            .WithQuery("timeZone", "The days' time zone, by its IANA name. Default UTC.", "Europe/Paris")
            .WithIdentities()
            .Produces<SummaryResource>(StatusCodes.Status200OK, "application/json", "application/xml")
            .WithReplyExample(TallyExamples.Summary)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<JsonReply> Handle(
        Study study,
        string? timeZone,
        bool? identities,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        Tallies tallies,
        SummaryCache cache,
        CancellationToken ct
    )
    {
        var zone = DayZone.Of(timeZone);
        await Names.DemandAsync(database, study, caller, identities is true, purpose, "summary", ct);
        var (_, isComplete) = await tallies.CatchUpAsync(study.Key, Patience, ct);
        return await database.ReadAsync(
            async reader =>
            {
                // Once more, with what follows: another may have counted on.
                var state =
                    await TallyStore.ReadAsync(reader, study.Key, ct) ?? new TallyState(null, null, null, null, 0);
                var key = new SummaryCache.Key(study.Key, zone.Name, isComplete);
                var version = new SummaryCache.Version(state.Revision, study.Version);
                if (identities is not true && cache.Find(key, version) is { } kept)
                {
                    return new JsonReply(StatusCodes.Status200OK, kept);
                }

                var (summary, numbers) = await SummaryReader.ReadAsync(
                    reader,
                    study,
                    zone,
                    state,
                    isComplete,
                    identities is true,
                    ct
                );
                if (identities is true)
                {
                    return new JsonReply(
                        StatusCodes.Status200OK,
                        ToJson(await NameAsync(reader, study, summary, numbers, ct))
                    );
                }

                var json = ToJson(summary);
                cache.Keep(key, version, json);
                return new JsonReply(StatusCodes.Status200OK, json);
            },
            ct
        );
    }

    private static byte[] ToJson(SummaryResource summary) => JsonSerializer.SerializeToUtf8Bytes(summary, Json.Options);

    private static async Task<SummaryResource> NameAsync(
        IReader reader,
        Study study,
        SummaryResource summary,
        IReadOnlyList<long> numbers,
        CancellationToken ct
    )
    {
        var names = await Names.OfAsync(reader, study, numbers, ct);
        return summary with
        {
            ByParticipant =
            [
                .. summary.ByParticipant.Select(
                    (p, i) => p with { Number = numbers[i], Username = names.GetValueOrDefault(numbers[i]) }
                ),
            ],
        };
    }
}

/// <summary>The summaries that were last asked for, without identities, as long as they are what would be read again.</summary>
internal sealed class SummaryCache
{
    private const int MaximumEntries = 100;

    private readonly ConcurrentDictionary<Key, (Version Version, byte[] Json)> _entries = new();

    public sealed record Key(long Study, string Zone, bool IsComplete);

    public sealed record Version(long? Tallies, long Study);

    public byte[]? Find(Key key, Version version) =>
        _entries.TryGetValue(key, out var entry) && entry.Version == version ? entry.Json : null;

    public void Keep(Key key, Version version, byte[] json)
    {
        if (_entries.Count >= MaximumEntries)
        {
            _entries.Clear();
        }

        _entries[key] = (version, json);
    }
}
