using System.Text.Json;
using Sillage.Api.Paging;
using Sillage.Collections.Declared;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>Reads a page of a list.</summary>
internal sealed class RecordScan
{
    // What so few records meet is found by them and put in order then.
    private const int Few = 1000;

    private readonly IReader _reader;
    private readonly CollectionPlan _plan;
    private readonly RecordQuery _query;
    private readonly RecordWay _way;
    private readonly List<Term> _terms = [];

    private RecordScan(IReader reader, CollectionPlan plan, RecordQuery query, RecordWay way)
    {
        (_reader, _plan, _query, _way) = (reader, plan, query, way);
        AddTerms();
    }

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
    ) =>
        await RecordWay.FindAsync(reader, access, query, Few, isWhole: false, largeFrom, ct) is { } way
            ? await new RecordScan(reader, access.Known.Main, query, way).ReadAsync(page, ct)
            : ([], false);

    private void AddTerms()
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
                    _terms.Add(new Term(_way.Key, row => row.Key, Sort.Whole, key.Descending));
                }

                continue;
            }

            var field = key.Field;
            if (_way.Ordered == field)
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
                var value = _way.Sql.ValueOf(field, "r");
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
                        $"COALESCE({value}, {_way.Sql.Add(Least(sort))})",
                        row => (Of(row, field) is Guid id ? id.ToString("D") : Of(row, field)) ?? Least(sort),
                        sort,
                        key.Descending
                    )
                );
            }
        }

        if (_terms[^1].Sql is not ("d.record" or "r.position") && _terms[^1].Sql != _way.Key)
        {
            _terms.Add(new Term(_way.Key, row => row.Key, Sort.Whole, _terms[^1].Descending));
        }
    }

    private async Task<(IReadOnlyList<(RecordRow, ListCursor)>, bool)> ReadAsync(PageRequest page, CancellationToken ct)
    {
        if (page.After<ListCursor>() is { } after)
        {
            _way.Add(Behind(after));
        }

        var order = string.Join(", ", _terms.Select(term => term.Sql + (term.Descending ? " DESC" : "")));
        var rest = $"FROM {_way.From} WHERE {_way.Where} ORDER BY {order} LIMIT {page.Limit + 1}";
        var (rows, isCut) = await _reader.QueryWithinAsync<RecordRow>(
            $"SELECT {RecordRow.Columns.For(_reader.Dialect)} {rest}",
            _way.Parameters,
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

        var values = _terms.Select((term, i) => _way.Sql.Add(Read(after.Values[i], term.Sort))).ToList();
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

    private object? Of(RecordRow row, FieldPlan field) => row.Read(_plan)[field];

    private long Rank(RecordRow row, FieldPlan field) => Of(row, field) is null ? 0L : 1L;

    /// <summary>What the order goes by: an expression of SQL that is never NULL, and its value for a row that was read.</summary>
    private sealed record Term(string Sql, Func<RecordRow, object> Of, Sort Sort, bool Descending);
}

/// <summary>The row that a page ends with, as the order sees it.</summary>
internal sealed record ListCursor(string Sort, IReadOnlyList<JsonElement> Values);
