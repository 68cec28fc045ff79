using System.Globalization;
using Dapper;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Shows records with what their relations lead to, as far as the reader may read that.</summary>
internal static class Expansion
{
    /// <summary>The records as they are shown, in their order.</summary>
    public static Task<IReadOnlyList<RecordView>> ShowAsync(
        IReader reader,
        Access access,
        IReadOnlyList<RecordRow> rows,
        RecordQuery query,
        CancellationToken ct
    ) => ShowAsync(reader, access, access.Known.Main, rows, query.Fields, query.Expand, new Room(), ct);

    private static async Task<IReadOnlyList<RecordView>> ShowAsync(
        IReader reader,
        Access access,
        CollectionPlan plan,
        IReadOnlyList<RecordRow> rows,
        IReadOnlySet<string>? fields,
        IReadOnlyList<string[]> paths,
        Room room,
        CancellationToken ct
    )
    {
        var records = rows.Select(row => (Row: row, Data: row.Read(plan))).ToList();
        var related = new Dictionary<FieldPlan, IReadOnlyDictionary<Guid, RecordView>>();
        foreach (var steps in paths.GroupBy(path => path[0], StringComparer.Ordinal))
        {
            // The paths were checked, but by the collection as it was a moment ago.
            if (plan.Find(steps.Key) is { } field && access.Known.Target(field) is { } target)
            {
                var ids = records.SelectMany(r => RecordStore.Targets(r.Data[field])).Distinct().ToList();
                string[][] rest = [.. steps.Where(path => path.Length > 1).Select(path => path[1..])];
                related[field] = await LoadAsync(reader, access, target, ids, rest, room, ct);
            }
        }

        return
        [
            .. records.Select(r =>
                room.Take(
                    RecordView.Of(
                        r.Row,
                        r.Data,
                        access.Viewer,
                        fields,
                        related.Count == 0 ? null : Found(r.Data, related)
                    )
                )
            ),
        ];
    }

    private static Dictionary<string, IReadOnlyList<RecordView>> Found(
        RecordData data,
        Dictionary<FieldPlan, IReadOnlyDictionary<Guid, RecordView>> related
    ) =>
        related.ToDictionary(
            pair => pair.Key.Name,
            IReadOnlyList<RecordView> (pair) =>
                [.. RecordStore.Targets(data[pair.Key]).Where(pair.Value.ContainsKey).Select(id => pair.Value[id])],
            StringComparer.Ordinal
        );

    private static async Task<IReadOnlyDictionary<Guid, RecordView>> LoadAsync(
        IReader reader,
        Access access,
        CollectionPlan target,
        List<Guid> ids,
        string[][] paths,
        Room room,
        CancellationToken ct
    )
    {
        if (ids.Count == 0)
        {
            return new Dictionary<Guid, RecordView>();
        }

        var parameters = new DynamicParameters();
        parameters.Add("Ids", new IdList(ids));
        var rule = new SqlWriter(reader.Dialect, access.Interpreter, parameters).Write(
            access.RuleOf(Deed.Read, target)
        );
        var key = target.Key.ToString(CultureInfo.InvariantCulture);
        var columns = RecordRow.Columns.For(reader.Dialect);
        var among = reader.Dialect == SqlDialect.Sqlite ? "IN @Ids" : "= ANY(@Ids)";
        var (rows, isCut) = await reader.QueryWithinAsync<RecordRow>(
            $"SELECT {columns} FROM record r WHERE r.collection = {key} AND r.deleted_at IS NULL AND {rule} AND r.id {among}",
            parameters,
            Room.Bytes,
            row => row.Length,
            ct
        );
        if (isCut)
        {
            throw Room.Full();
        }

        var views = await ShowAsync(reader, access, target, rows, null, paths, room, ct);
        return rows.Zip(views).ToDictionary(pair => pair.First.Id, pair => pair.Second);
    }

    /// <summary>What is shown comes again with each record that leads to it: few rows can be a long reply.</summary>
    private sealed class Room
    {
        public const int Bytes = 4 * PageRequest.MaximumBytes;

        private long _left = Bytes;

        public RecordView Take(RecordView view) => (_left -= view.Utf8.Length) >= 0 ? view : throw Full();

        public static ProblemException Full() =>
            new(
                Problem.BadRequest(
                    "The reply would be too long.",
                    new FieldError(
                        "?expand",
                        $"What it leads to comes to more than {Bytes} bytes. Ask for fewer records at once, or for fewer relations."
                    )
                )
            );
    }
}
