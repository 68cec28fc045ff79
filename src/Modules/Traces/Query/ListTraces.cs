using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Query;

/// <summary>Lists a study's traces, the newest last or first.</summary>
internal static class ListTraces
{
    // A page ends here even if it is not full, so that a filter that nothing fits costs no more than any other.
    private const int MaximumRows = 20_000;
    private const int ChunkRows = 1000;

    private sealed record Keys(long? Time, long Position);

    public static void Map(RouteGroupBuilder traces) =>
        TraceFilter
            .Describe(traces.MapGet("/", Handle))
            .RequirePermission(TracesPermission.ReadTraces)
            .RequireRight(StudyRights.Read)
            .WithSummary("Query traces")
            .WithDescription(
                """
                The newest last, in the order in which they were stored; a time window over the whole study (`from` or `to`
                without `participant` or `session`) in the order of timestamps. With `order=newest` it is the other way round.
                Participants appear under their pseudonyms.

                A page looks at 20 000 traces and holds 4 MiB at most: with a filter that few traces fit it may be short or
                even empty. Go on as long as there is a `next`. To ask later for what is new, keep the id of the last trace
                and give it as `after`.
                """
            )
            .WithQuery("order", "`oldest` (the default) or `newest`: which comes first.", "newest")
            .WithReplyExample(new Page<TraceResource>([TraceResource.Example], null))
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<PageReply<TraceResource>> Handle(
        HttpRequest request,
        Study study,
        PageRequest page,
        string? order,
        Caller caller,
        OpeningPurpose purpose,
        IDatabase<TracesData> database,
        CancellationToken ct
    )
    {
        var filter = TraceFilter.Read(request, study, caller);
        var scan = await TraceScan.StartAsync(database, study, filter, ct, isBackwards: IsNewestFirst(order));
        if (page.After<Keys>() is { } after)
        {
            if (after.Time is { } time && !Rfc3339.IsInRange(time))
            {
                throw PageRequest.InvalidCursor();
            }

            scan.Resume(after.Time ?? long.MinValue, after.Position);
        }

        if (filter.Identities)
        {
            await Names.AuditAsync(database, study, caller, purpose, "query", ct);
        }

        var builder = new PageBuilder(page.Limit);
        await database.ReadAsync(
            async reader =>
            {
                var seen = 0;
                while (!scan.IsAtEnd && !builder.HasMore && seen < MaximumRows)
                {
                    // Mostly the first look is enough; where it is not, few rows fit and many have to be looked at.
                    var rows = seen == 0 ? page.Limit + 1 : ChunkRows;
                    seen += await scan.ReadAsync(reader, rows, builder.Add, ct);
                }

                return seen;
            },
            ct
        );
        var next =
            builder.HasMore ? builder.Last
            : scan.IsAtEnd ? null
            : new Keys(scan.Time, scan.Position);
        var names = filter.Identities ? await Names.OfAsync(database, study, builder.Numbers, ct) : null;
        return new PageReply<TraceResource>(builder.Items(study.Slug, names), next);
    }

    private static bool IsNewestFirst(string? order) =>
        order switch
        {
            null or "oldest" => false,
            "newest" => true,
            _ => throw new ProblemException(
                Problem.BadRequest("The order is not valid.", new FieldError("?order", "Either oldest or newest."))
            ),
        };

    /// <summary>Keeps rows until the page is full; the row after the last one tells that there is more.</summary>
    private sealed class PageBuilder(int limit)
    {
        private readonly List<(long? Number, TraceResource Trace)> _items = [];
        private int _bytes;

        public bool HasMore { get; private set; }

        public Keys? Last { get; private set; }

        public IReadOnlyCollection<long> Numbers =>
            [.. _items.Where(i => i.Number is not null).Select(i => i.Number!.Value).Distinct()];

        public bool Add(in TraceRow row)
        {
            if (_items.Count == limit || _bytes > PageRequest.MaximumBytes)
            {
                HasMore = true;
                return false;
            }

            _bytes += row.Data.Length;
            _items.Add((row.Participant, TraceView.Show(row)));
            Last = new Keys(row.Time, row.Position);
            return true;
        }

        public IReadOnlyList<TraceResource> Items(string study, IReadOnlyDictionary<long, string>? names) =>
            [.. _items.Select(i => TraceView.Complete(i.Trace, i.Number, study, names))];
    }
}

/// <summary>Stored rows as resources.</summary>
internal static class TraceView
{
    public static TraceResource Show(in TraceRow row) =>
        new(
            row.Id,
            row.Pseudonym,
            null,
            null,
            Encoding.UTF8.GetString(row.Timestamp),
            Rfc3339.ToTime(row.ReceivedAt),
            row.Session.IsEmpty ? null : Encoding.UTF8.GetString(row.Session),
            row.Sequence,
            Encoding.UTF8.GetString(row.Name),
            new RawJson(row.Data.ToArray())
        );

    public static TraceResource Complete(
        TraceResource trace,
        long? number,
        string study,
        IReadOnlyDictionary<long, string>? names
    ) =>
        trace with
        {
            Number = names is null ? null : number,
            Username = number is null ? null : names?.GetValueOrDefault(number.Value),
            Links = new Links($"{StudyResource.AddressOf(study)}/traces/{trace.Id}"),
        };
}
