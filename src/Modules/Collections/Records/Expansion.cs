using System.Globalization;
using Dapper;
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
    ) => ShowAsync(reader, access, access.Known.Main, rows, query.Fields, query.Expand, ct);

    private static async Task<IReadOnlyList<RecordView>> ShowAsync(
        IReader reader,
        Access access,
        CollectionPlan plan,
        IReadOnlyList<RecordRow> rows,
        IReadOnlySet<string>? fields,
        IReadOnlyList<string[]> paths,
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
                related[field] = await LoadAsync(reader, access, target, ids, rest, ct);
            }
        }

        return
        [
            .. records.Select(r =>
                RecordView.Of(r.Row, r.Data, access.Viewer, fields, related.Count == 0 ? null : Found(r.Data, related))
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
        var rows = await reader.QueryAsync<RecordRow>(
            $"SELECT {columns} FROM record r WHERE r.collection = {key} AND r.deleted_at IS NULL AND {rule} AND r.id {among}",
            parameters,
            ct
        );
        var views = await ShowAsync(reader, access, target, rows, null, paths, ct);
        return rows.Zip(views).ToDictionary(pair => pair.First.Id, pair => pair.Second);
    }
}
