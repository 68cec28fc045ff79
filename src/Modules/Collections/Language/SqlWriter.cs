using System.Globalization;
using System.Text;
using Dapper;
using Sillage.Collections.Declared;
using Sillage.Storage;

namespace Sillage.Collections.Language;

/// <summary>
/// Writes a test as a condition of SQL. What people wrote is in parameters only; the text has nothing but numbers of ours. Conditions are never NULL, so
/// that <c>not</c> means the same as in memory.
/// </summary>
internal sealed class SqlWriter(SqlDialect dialect, Interpreter values, DynamicParameters parameters)
{
    private int _count;
    private int _tables;

    private bool IsSqlite => dialect == SqlDialect.Sqlite;

    /// <summary>The condition on the record under the name <paramref name="record"/>.</summary>
    public string Write(Test test, string record = "r") =>
        test switch
        {
            All all => Join(all.Of, " AND ", record),
            Any any => Join(any.Of, " OR ", record),
            Not not => $"NOT ({Write(not.Inner, record)})",
            Truth truth => Constant(truth.Value),
            Missing { Value: Given given } => Constant(values.Given(given) is null),
            Missing missing => $"({ValueOf(missing.Value, record)} IS NULL)",
            HasItem has => Has(has, record),
            Related related => Exists(related, record),
            Compare compare => Compares(compare, record),
            _ => throw new InvalidOperationException($"{test.GetType().Name} is no test."),
        };

    /// <summary>A parameter with this value.</summary>
    public string Add(object value)
    {
        var name = "f" + (_count++).ToString(CultureInfo.InvariantCulture);
        parameters.Add(name, value);
        return "@" + name;
    }

    /// <summary>The value of a field, NULL where there is none.</summary>
    public string ValueOf(FieldPlan field, string record) => ValueOf(dialect, field, record);

    /// <summary>The same in a dialect.</summary>
    public static string ValueOf(SqlDialect dialect, FieldPlan field, string record) =>
        dialect == SqlDialect.Sqlite ? $"json_extract({record}.data, '$.\"{field.Key}\"')"
        : field.Field.IsMany ? $"({record}.data -> '{field.Key}')"
        : field.Sort switch
        {
            Sort.Whole or Sort.Time or Sort.Span or Sort.Decimal => $"CAST({record}.data ->> '{field.Key}' AS bigint)",
            Sort.Real => $"CAST({record}.data ->> '{field.Key}' AS double precision)",
            Sort.Truth => $"CAST({record}.data ->> '{field.Key}' AS boolean)",
            _ => $"({record}.data ->> '{field.Key}') COLLATE \"C\"",
        };

    private string ValueOf(Value value, string record) =>
        value switch
        {
            FieldValue field => ValueOf(field.Field, record),
            ColumnValue { Column: Column.Id } => record + ".id",
            ColumnValue { Column: Column.Owner } => record + ".owner",
            ColumnValue { Column: Column.Created } => record + ".created_at",
            ColumnValue => record + ".updated_at",
            _ => throw new InvalidOperationException("A value that is given is a parameter."),
        };

    private string Compares(Compare compare, string record)
    {
        if (compare is { Left: Given, Right: Given })
        {
            return Constant(values.Holds(compare, NoRecord.Instance));
        }

        // The id of a related record stands in the object as text.
        var asText = compare.Left is FieldValue { Sort: Sort.Id } || compare.Right is FieldValue { Sort: Sort.Id };
        if (Side(compare.Left, record, asText) is not { } left || Side(compare.Right, record, asText) is not { } right)
        {
            return Constant(false);
        }

        if (compare.By == Comparison.Contains)
        {
            var sought = Add(Interpreter.Lower((string)values.Given((Given)compare.Right)!));
            return IsSqlite
                ? $"COALESCE(instr(lower({left}), {sought}) > 0, FALSE)"
                : $"COALESCE(strpos(lower({left}), {sought}) > 0, FALSE)";
        }

        var by = compare.By switch
        {
            Comparison.Equal => "=",
            Comparison.Less => "<",
            Comparison.LessOrEqual => "<=",
            Comparison.Greater => ">",
            _ => ">=",
        };
        return $"COALESCE({left} {by} {right}, FALSE)";
    }

    // Null for what is given and has no value, as @me.id of somebody without an account.
    private string? Side(Value value, string record, bool asText) =>
        value is not Given given ? ValueOf(value, record)
        : values.Given(given) is not { } known ? null
        : Add(known is Guid id && asText ? id.ToString("D") : known);

    private string Has(HasItem has, string record)
    {
        if (values.Given(has.Item) is not { } item)
        {
            return Constant(false);
        }

        var sought = Add(item is Guid id ? id.ToString("D") : item);
        return IsSqlite
            ? $"EXISTS (SELECT 1 FROM json_each({record}.data, '$.\"{has.List.Field.Key}\"') e WHERE e.value = {sought})"
            : $"COALESCE(jsonb_exists({ValueOf(has.List.Field, record)}, {sought}), FALSE)";
    }

    private string Exists(Related related, string record)
    {
        var table = "t" + (_tables++).ToString(CultureInfo.InvariantCulture);
        var (collection, slot) = (
            related.Target.Key.ToString(CultureInfo.InvariantCulture),
            related.By.Slot.ToString(CultureInfo.InvariantCulture)
        );
        return $"EXISTS (SELECT 1 FROM record_link l{table} JOIN record {table} ON {table}.id = l{table}.target "
            + $"WHERE l{table}.field = {slot} AND l{table}.record = {record}.key AND {table}.collection = {collection} "
            + $"AND {table}.deleted_at IS NULL AND {Write(related.Inner, table)})";
    }

    private string Join(IReadOnlyList<Test> tests, string by, string record)
    {
        var text = new StringBuilder("(");
        for (var i = 0; i < tests.Count; i++)
        {
            text.Append(i == 0 ? "" : by).Append(Write(tests[i], record));
        }

        return text.Append(')').ToString();
    }

    private static string Constant(bool value) => value ? "TRUE" : "FALSE";
}
