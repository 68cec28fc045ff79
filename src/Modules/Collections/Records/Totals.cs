using System.Globalization;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What is counted by and summed up, checked: it names only what who asks may read.</summary>
/// <param name="By">The fields of a group.</param>
/// <param name="ByOwner">Whether the owner is one too.</param>
/// <param name="Sums">What is summed up.</param>
/// <param name="Limit">How many groups at most.</param>
internal sealed record Totals(IReadOnlyList<FieldPlan> By, bool ByOwner, IReadOnlyList<FieldPlan> Sums, int Limit)
{
    private const int MostFields = 3;
    private const int UsualLimit = 100;

    // A power of two, so that nothing is lost by it: the sum of as many numbers as large as there are stays one.
    private const string Small = "5.9604644775390625e-08";
    private const double Large = 1 << 24;

    /// <summary>Reads <c>?by=</c>, <c>?sum=</c> and <c>?limit=</c>.</summary>
    /// <exception cref="ProblemException">400: what is wrong, and where.</exception>
    public static Totals Read(HttpRequest request, CollectionPlan plan, Viewer viewer)
    {
        var errors = new List<FieldError>();
        var names = RecordQuery.Parts(request.Query["by"].ToString());
        var by = Fields("?by", names.Where(name => name != "owner"));
        var sums = Fields("?sum", RecordQuery.Parts(request.Query["sum"].ToString()));
        foreach (var field in by.Where(field => field.Field.IsMany || field.Sort is Sort.None))
        {
            errors.Add(
                new FieldError("?by", $"'{field.Name}' holds a list or any JSON: records are not counted by it.")
            );
        }

        foreach (var field in sums.Where(field => field.Sort is not (Sort.Whole or Sort.Real or Sort.Decimal)))
        {
            errors.Add(new FieldError("?sum", $"'{field.Name}' is no integer, number or decimal."));
        }

        if (names.Length > MostFields || sums.Count > MostFields)
        {
            errors.Add(new FieldError(names.Length > MostFields ? "?by" : "?sum", $"At most {MostFields} fields."));
        }

        var limit = UsualLimit;
        if (
            request.Query["limit"].ToString() is { Length: > 0 } text
            && (
                !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                || limit is < 1 or > PageRequest.MaximumLimit
            )
        )
        {
            errors.Add(new FieldError("?limit", $"A whole number from 1 to {PageRequest.MaximumLimit}."));
        }

        return errors.Count == 0
            ? new Totals(by, names.Contains("owner"), sums, limit)
            : throw RecordQuery.Invalid(errors);

        List<FieldPlan> Fields(string part, IEnumerable<string> asked)
        {
            var fields = new List<FieldPlan>();
            foreach (var name in asked.Distinct(StringComparer.Ordinal))
            {
                if (plan.Find(name) is { } field && viewer.Sees(plan, field))
                {
                    fields.Add(field);
                }
                else
                {
                    errors.Add(new FieldError(part, $"There is no field '{name}' that you may read."));
                }
            }

            return fields;
        }
    }

    /// <summary>Counts.</summary>
    /// <exception cref="ProblemException">400: it would cost too much; 401 or 403: who asks may read nothing.</exception>
    public async Task<RecordCounts> CountAsync(
        IReader reader,
        Access access,
        RecordQuery query,
        int largeFrom,
        CancellationToken ct
    )
    {
        var plan = access.Known.Main;
        var isAll =
            query is { Filter: null, Search: null }
            && Sums.Count == 0
            && !ByOwner
            && access.RuleOf(Deed.Read) is Truth { Value: true };
        if (isAll && By.Count == 0)
        {
            return new RecordCounts(
                [Of(plan, new Row(await RecordWay.CountAsync(reader, plan, ct), null, "{}", "[]"))],
                false
            );
        }

        if (isAll && By is [{ IsIndexed: true } field])
        {
            var slot = field.Slot.ToString(CultureInfo.InvariantCulture);
            var values = $"{ValueTable.Of(field).Name} d WHERE d.field = {slot}";
            return await ReadAsync(reader, plan, "d.record", values, "d.rank, d.value", new DynamicParameters(), ct);
        }

        if (await RecordWay.FindAsync(reader, access, query, largeFrom, isWhole: true, largeFrom, ct) is not { } way)
        {
            return new RecordCounts(IsOne ? [Of(plan, Row.Nothing)] : [], false);
        }

        var groups = By.Select(by => way.Sql.ValueOf(by, "r")).Concat(ByOwner ? ["r.owner"] : []);
        var from = $"{way.From} WHERE {way.Where}";
        return await ReadAsync(reader, plan, "r.key", from, string.Join(", ", groups), way.Parameters, ct);
    }

    private bool IsOne => By.Count == 0 && !ByOwner;

    private async Task<RecordCounts> ReadAsync(
        IReader reader,
        CollectionPlan plan,
        string key,
        string from,
        string groups,
        DynamicParameters parameters,
        CancellationToken ct
    )
    {
        var isSqlite = reader.Dialect == SqlDialect.Sqlite;
        var (array, map) = isSqlite ? ("json_array", "json_object") : ("json_build_array", "json_build_object");
        var sums = string.Join(
            ", ",
            Sums.SelectMany(field => Sum(SqlWriter.ValueOf(reader.Dialect, field, "r"), field.Sort, isSqlite))
        );
        var values = string.Join(
            ", ",
            By.Select(by => $"'{by.Key}', k.data -> {(isSqlite ? $"'$.\"{by.Key}\"'" : $"'{by.Key}'")}")
        );
        // What a group has in common is taken from one of its records, as exactly as it is stored.
        var (rows, isCut) = await reader.QueryWithinAsync<Row>(
            $"""
            SELECT g.count, k.owner, CAST({map}({values}) AS text) AS data, g.sums FROM (
              SELECT MIN({key}) AS key, COUNT(*) AS count, CAST({array}({sums}) AS text) AS sums FROM {from}
              {(groups.Length == 0 ? "" : $"GROUP BY {groups}")} ORDER BY COUNT(*) DESC, MIN({key}) LIMIT {Limit + 1}
            ) g LEFT JOIN record k ON k.key = g.key ORDER BY g.count DESC, g.key
            """,
            parameters,
            PageRequest.MaximumBytes,
            row => row.Data.Length,
            ct
        );
        return new RecordCounts([.. rows.Take(Limit).Select(row => Of(plan, row))], isCut || rows.Count > Limit);
    }

    // Whole numbers in two halves: the sum of many may be beyond 64 bits, and an engine that finds this out gives up.
    private static string[] Sum(string value, Sort sort, bool isSqlite) =>
        sort switch
        {
            Sort.Real =>
            [
                isSqlite ? $"printf('%!.17g', SUM({value} * {Small}))" : $"CAST(SUM({value} * {Small}) AS text)",
                $"CAST(NULLIF(COUNT({value}), 0) AS text)",
            ],
            _ => [$"CAST(SUM({value} >> 32) AS text)", $"CAST(SUM({value} & 4294967295) AS text)"],
        };

    private RecordCount Of(CollectionPlan plan, Row row)
    {
        var data = RecordData.Read(plan, Encoding.UTF8.GetBytes(row.Data));
        var by = By.ToDictionary(field => field.Name, field => data.Shown(field), StringComparer.Ordinal);
        if (ByOwner)
        {
            by["owner"] = JsonSerializer.SerializeToElement(row.Owner);
        }

        var parts = JsonSerializer.Deserialize<string?[]>(row.Sums)!;
        var sums = Sums.Select(
            (field, i) =>
                (field.Name, Sum: Shown(field, parts.ElementAtOrDefault(2 * i), parts.ElementAtOrDefault((2 * i) + 1)))
        );
        return new RecordCount(
            by,
            row.Count,
            sums.ToDictionary(sum => sum.Name, sum => sum.Sum, StringComparer.Ordinal)
        );
    }

    private static JsonElement Shown(FieldPlan field, string? first, string? second)
    {
        if (first is null || second is null)
        {
            return JsonElement.Parse("null");
        }

        if (field.Sort == Sort.Real)
        {
            var sum = double.Parse(first, CultureInfo.InvariantCulture) * Large;
            return JsonSerializer.SerializeToElement(double.IsFinite(sum) ? sum : (double?)null);
        }

        var units =
            (decimal.Parse(first, CultureInfo.InvariantCulture) * 4294967296m)
            + decimal.Parse(second, CultureInfo.InvariantCulture);
        return field.Sort == Sort.Decimal
            ? JsonSerializer.SerializeToElement(Scalars.ShowDecimal(units, field.Field.Decimals))
            : JsonElement.Parse(units.ToString(CultureInfo.InvariantCulture));
    }

    private sealed record Row(long Count, Guid? Owner, string Data, string Sums)
    {
        public static Row Nothing { get; } = new(0, null, "{}", "[]");
    }
}
