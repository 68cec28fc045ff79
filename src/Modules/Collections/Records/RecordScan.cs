using System.Globalization;
using System.Text.Json;
using Dapper;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>
/// Reads a page of a list. It goes along an index where there is one: that of a condition if few records meet it, else that of the order. What would have to
/// look at every record of a large collection is refused.
/// </summary>
internal sealed class RecordScan
{
    // What so few records meet is found by them and put in order then.
    private const int Few = 1000;

    private const string CountRecords = "SELECT records FROM collection_count WHERE collection = @Collection";

    private readonly IReader _reader;
    private readonly Access _access;
    private readonly RecordQuery _query;
    private readonly DynamicParameters _parameters = new();
    private readonly SqlWriter _sql;
    private readonly List<Term> _terms = [];
    private readonly List<string> _where = [];
    private string _from = "record r";

    private RecordScan(IReader reader, Access access, RecordQuery query)
    {
        (_reader, _access, _query) = (reader, access, query);
        _sql = new SqlWriter(reader.Dialect, access.Interpreter, _parameters);
    }

    private CollectionPlan Plan => _access.Known.Main;

    /// <summary>
    /// One more than the page holds, if there are more, or as many as have room; with the keys that the next page begins after.
    /// </summary>
    public static async Task<(IReadOnlyList<(RecordRow Row, ListCursor Next)> Rows, bool IsCut)> ReadAsync(
        IReader reader,
        Access access,
        RecordQuery query,
        PageRequest page,
        int largeFrom,
        CancellationToken ct
    )
    {
        var scan = new RecordScan(reader, access, query);
        return await scan.FindWayAsync(largeFrom, ct) ? await scan.ReadAsync(page, ct) : ([], false);
    }

    private async Task<bool> FindWayAsync(int largeFrom, CancellationToken ct)
    {
        var rule = _access.RuleOf(Deed.Read);
        if (rule is Truth { Value: false })
        {
            throw new ProblemException(_access.Denied(Deed.Read));
        }

        var conditions = Conditions(_query.Filter).ToList();
        var driver = conditions.OfType<Compare>().FirstOrDefault(IsIndexed);
        var sorted = _query.Order is [{ Field: { } field }] && field.IsIndexed ? field : null;
        var isWalk = _query.Order is [{ Field: null }];
        if (driver is not null && !await IsFewAsync(driver, ct))
        {
            driver = null;
        }

        var isFound = driver is not null || conditions.OfType<Compare>().Any(IsOwn);
        if (!isFound && (_query.Filter is not null || (sorted is null && !isWalk)))
        {
            await RefuseIfLargeAsync(conditions, sorted is not null || isWalk, largeFrom, ct);
        }

        if (driver is not null)
        {
            Drive(((FieldValue)driver.Left).Field, driver);
        }
        else if (sorted is not null)
        {
            Drive(sorted, null);
        }

        _where.Add($"r.collection = {Plan.Key.ToString(CultureInfo.InvariantCulture)}");
        _where.Add("r.deleted_at IS NULL");
        foreach (var own in conditions.Concat(Conditions(rule)).OfType<Compare>().Where(IsOwn))
        {
            if (_access.Interpreter.Given((Given)own.Right) is not { } id)
            {
                return false;
            }

            // The bare comparison beside its guarded form: an index takes only this.
            _where.Add($"{(own.Left is ColumnValue { Column: Column.Id } ? "r.id" : "r.owner")} = {_sql.Add(id)}");
        }

        _where.Add(_sql.Write(rule));
        if (_query.Filter is not null)
        {
            _where.Add(_sql.Write(_query.Filter));
        }

        AddTerms(driver is null ? sorted : null);
        return true;
    }

    private static IEnumerable<Test> Conditions(Test? test) =>
        test switch
        {
            null => [],
            All all => all.Of.SelectMany(Conditions),
            _ => [test],
        };

    private static bool IsIndexed(Compare test) =>
        test is { Left: FieldValue { Field.IsIndexed: true }, Right: Given, By: not Comparison.Contains };

    private static bool IsOwn(Compare test) =>
        test is { Left: ColumnValue { Column: Column.Id or Column.Owner }, Right: Given, By: Comparison.Equal };

    private async Task<bool> IsFewAsync(Compare test, CancellationToken ct)
    {
        var parameters = new DynamicParameters();
        var sql = new SqlWriter(_reader.Dialect, _access.Interpreter, parameters);
        var field = ((FieldValue)test.Left).Field;
        if (Bound(test, field, sql) is not { } bound)
        {
            return true;
        }

        var counted = await _reader.ScalarAsync<long>(
            $"SELECT COUNT(*) FROM (SELECT 1 FROM {ValueTable.Of(field).Name} d WHERE {bound} LIMIT {Few + 1}) few",
            parameters,
            ct
        );
        return counted <= Few;
    }

    // Null where what is compared with has no value: then no record meets it, and the guarded form says so.
    private string? Bound(Compare test, FieldPlan field, SqlWriter sql)
    {
        if (_access.Interpreter.Given((Given)test.Right) is not { } value)
        {
            return null;
        }

        var by = test.By switch
        {
            Comparison.Equal => "=",
            Comparison.Less => "<",
            Comparison.LessOrEqual => "<=",
            Comparison.Greater => ">",
            _ => ">=",
        };
        return $"d.field = {field.Slot.ToString(CultureInfo.InvariantCulture)} AND d.rank = 1 AND d.value {by} {sql.Add(ValueTable.Stored(value)!)}";
    }

    private void Drive(FieldPlan field, Compare? test)
    {
        var table = ValueTable.Of(field).Name;
        // SQLite keeps the order of a cross join; PostgreSQL has figures of its own to choose by.
        _from =
            _reader.Dialect == SqlDialect.Sqlite
                ? $"{table} d CROSS JOIN record r ON r.key = d.record"
                : $"{table} d JOIN record r ON r.key = d.record";
        _where.Add(
            (test is null ? null : Bound(test, field, _sql))
                ?? $"d.field = {field.Slot.ToString(CultureInfo.InvariantCulture)}"
        );
    }

    private void AddTerms(FieldPlan? indexed)
    {
        foreach (var key in _query.Order)
        {
            if (key.Field is null)
            {
                if (key.ByChange)
                {
                    _terms.Add(new Term("r.position", row => row.Position, Sort.Whole, key.Descending));
                }
                else
                {
                    _terms.Add(new Term("r.key", row => row.Key, Sort.Whole, key.Descending));
                }

                continue;
            }

            var field = key.Field;
            if (indexed == field)
            {
                var sort = ValueTable.Of(field).Name switch
                {
                    "value_text" => Sort.Text,
                    "value_real" => Sort.Real,
                    _ => Sort.Whole,
                };
                _terms.Add(new Term("d.rank", row => Rank(row, field), Sort.Whole, key.Descending));
                _terms.Add(
                    new Term("d.value", row => ValueTable.Stored(Of(row, field)) ?? Least(sort), sort, key.Descending)
                );
                _terms.Add(new Term("d.record", row => row.Key, Sort.Whole, key.Descending));
            }
            else
            {
                var value = _sql.ValueOf(field, "r");
                var sort = field.Sort is Sort.Day or Sort.Id ? Sort.Text : field.Sort;
                _terms.Add(
                    new Term(
                        $"CASE WHEN {value} IS NULL THEN 0 ELSE 1 END",
                        row => Rank(row, field),
                        Sort.Whole,
                        key.Descending
                    )
                );
                _terms.Add(
                    new Term(
                        $"COALESCE({value}, {_sql.Add(Least(sort))})",
                        row => (Of(row, field) is Guid id ? id.ToString("D") : Of(row, field)) ?? Least(sort),
                        sort,
                        key.Descending
                    )
                );
            }
        }

        if (_terms[^1].Sql is not ("r.key" or "d.record" or "r.position"))
        {
            _terms.Add(new Term("r.key", row => row.Key, Sort.Whole, _terms[^1].Descending));
        }
    }

    private async Task<(IReadOnlyList<(RecordRow, ListCursor)>, bool)> ReadAsync(PageRequest page, CancellationToken ct)
    {
        if (page.After<ListCursor>() is { } after)
        {
            _where.Add(Behind(after));
        }

        var order = string.Join(", ", _terms.Select(term => term.Sql + (term.Descending ? " DESC" : "")));
        var rest = $"FROM {_from} WHERE {string.Join(" AND ", _where)} ORDER BY {order} LIMIT {page.Limit + 1}";
        var (rows, isCut) = await _reader.QueryWithinAsync<RecordRow>(
            $"SELECT {RecordRow.Columns.For(_reader.Dialect)} {rest}",
            _parameters,
            PageRequest.MaximumBytes,
            row => row.Length,
            ct
        );
        return ([.. rows.Select(row => (row, CursorOf(row)))], isCut);
    }

    private ListCursor CursorOf(RecordRow row) =>
        new(_query.OrderText, [.. _terms.Select(term => JsonSerializer.SerializeToElement(term.Of(row)))]);

    private string Behind(ListCursor after)
    {
        if (after.Sort != _query.OrderText || after.Values.Count != _terms.Count)
        {
            throw PageRequest.InvalidCursor();
        }

        var values = _terms.Select((term, i) => _sql.Add(Read(after.Values[i], term.Sort))).ToList();
        if (_terms.All(term => term.Descending == _terms[0].Descending))
        {
            var by = _terms[0].Descending ? "<" : ">";
            return $"({string.Join(", ", _terms.Select(term => term.Sql))}) {by} ({string.Join(", ", values)})";
        }

        var ways = _terms.Select(
            (term, i) =>
                string.Join(
                    " AND ",
                    _terms
                        .Take(i)
                        .Select((equal, j) => $"{equal.Sql} = {values[j]}")
                        .Append($"{term.Sql} {(term.Descending ? "<" : ">")} {values[i]}")
                )
        );
        return $"(({string.Join(") OR (", ways)}))";
    }

    private static object Read(JsonElement value, Sort sort) =>
        sort switch
        {
            Sort.Text when value.ValueKind == JsonValueKind.String => value.GetString()!,
            Sort.Real when value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var real) => real,
            Sort.Truth when value.ValueKind is JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
            Sort.Whole
            or Sort.Time
            or Sort.Span
            or Sort.Decimal when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) => whole,
            _ => throw PageRequest.InvalidCursor(),
        };

    private static object Least(Sort sort) =>
        sort switch
        {
            Sort.Text => "",
            Sort.Real => 0.0,
            Sort.Truth => false,
            _ => 0L,
        };

    private object? Of(RecordRow row, FieldPlan field) => row.Read(Plan)[field];

    private long Rank(RecordRow row, FieldPlan field) => Of(row, field) is null ? 0L : 1L;

    private async Task RefuseIfLargeAsync(List<Test> conditions, bool isOrdered, int largeFrom, CancellationToken ct)
    {
        var records = await _reader.ScalarAsync<long>(CountRecords, new { Collection = Plan.Key }, ct);
        if (records < largeFrom)
        {
            return;
        }

        var named = conditions
            .OfType<Compare>()
            .Select(test => (test.Left as FieldValue)?.Field)
            .OfType<FieldPlan>()
            .FirstOrDefault(field => !field.IsIndexed && field.Field.Type is not (FieldKind.Text or FieldKind.Json));
        var (part, says) =
            !isOrdered && _query.Order.Select(key => key.Field).OfType<FieldPlan>().FirstOrDefault() is { } by
                ? ("?sort", $"order by one field with an index ('index': true on '{by.Name}')")
            : named is not null ? ("?filter", $"make an index ('index': true on '{named.Name}')")
            : (
                "?filter",
                "ask with = or < for an indexed field that few records meet, and all other conditions behind 'and'"
            );
        throw new ProblemException(
            Problem.BadRequest(
                "The collection is too large to look at every record.",
                new FieldError(part, $"Of {records} records all would have to be looked at: {says}.")
            )
        );
    }

    /// <summary>What the order goes by: an expression of SQL that is never NULL, and its value for a row that was read.</summary>
    private sealed record Term(string Sql, Func<RecordRow, object> Of, Sort Sort, bool Descending);
}

/// <summary>The row that a page ends with, as the order sees it.</summary>
internal sealed record ListCursor(string Sort, IReadOnlyList<JsonElement> Values);
