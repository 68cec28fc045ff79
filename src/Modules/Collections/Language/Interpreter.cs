using System.Text;
using Sillage.Collections.Declared;
using Sillage.Schema;

namespace Sillage.Collections.Language;

/// <summary>A record as tests see it.</summary>
internal interface IRecordValues
{
    /// <summary>The value of a field in the form that it is stored in; null where there is none.</summary>
    object? Of(FieldPlan field);

    /// <summary>The items of a list.</summary>
    IEnumerable<object> Items(FieldPlan field);

    /// <summary>What every record has: a Guid or microseconds.</summary>
    object? Of(Column column);

    /// <summary>The records that a relation leads to.</summary>
    IEnumerable<IRecordValues> Related(FieldPlan field, CollectionPlan target);
}

/// <summary>There is no record: what is tested is about who asks.</summary>
internal sealed class NoRecord : IRecordValues
{
    public static NoRecord Instance { get; } = new();

    public object? Of(FieldPlan field) => null;

    public IEnumerable<object> Items(FieldPlan field) => [];

    public object? Of(Column column) => null;

    public IEnumerable<IRecordValues> Related(FieldPlan field, CollectionPlan target) => [];
}

/// <summary>Says whether a test holds of a record in memory: what <see cref="SqlWriter"/> has the database say.</summary>
internal sealed class Interpreter(Viewer viewer, DateTimeOffset now)
{
    public bool Holds(Test test, IRecordValues record) =>
        test switch
        {
            All all => all.Of.All(inner => Holds(inner, record)),
            Any any => any.Of.Any(inner => Holds(inner, record)),
            Not not => !Holds(not.Inner, record),
            Truth truth => truth.Value,
            Missing { Value: FieldValue { Field.Field.IsMany: true } list } => !record.Items(list.Field).Any(),
            Missing missing => Of(missing.Value, record) is null,
            HasItem has => Given(has.Item) is { } item && record.Items(has.List.Field).Any(i => Equals(i, item)),
            Related related => record.Related(related.By, related.Target).Any(r => Holds(related.Inner, r)),
            Compare compare => Compares(compare, record),
            _ => throw new InvalidOperationException($"{test.GetType().Name} is no test."),
        };

    /// <summary>A value that is known before a record is looked at; null where there is none.</summary>
    public object? Given(Given given) =>
        given switch
        {
            Literal literal => literal.Stored,
            Me { Member: MeMember.Id, Sort: Sort.Text } => viewer.Id?.ToString("D"),
            Me { Member: MeMember.Id } => viewer.Id,
            Me { Member: MeMember.Role } => viewer.Role,
            Me => viewer.Username,
            Now { Sort: Sort.Day } moment => Scalars.Day(now + moment.Offset),
            Now moment => Rfc3339.ToMicroseconds(now + moment.Offset),
            _ => throw new InvalidOperationException($"{given.GetType().Name} is no value."),
        };

    private object? Of(Value value, IRecordValues record) =>
        value switch
        {
            FieldValue field => record.Of(field.Field),
            ColumnValue column => record.Of(column.Column),
            _ => Given((Given)value),
        };

    private bool Compares(Compare compare, IRecordValues record)
    {
        if (Of(compare.Left, record) is not { } left || Of(compare.Right, record) is not { } right)
        {
            return false;
        }

        if (compare.By == Comparison.Contains)
        {
            return Lower((string)left).Contains(Lower((string)right), StringComparison.Ordinal);
        }

        var order = left is string l ? Ordered(l, (string)right) : ((IComparable)left).CompareTo(right);
        return compare.By switch
        {
            Comparison.Equal => order == 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>In lower case as far as ASCII goes, as both engines do it whatever their locale.</summary>
    public static string Lower(string text) =>
        string.Create(
            text.Length,
            text,
            static (to, from) =>
            {
                for (var i = 0; i < from.Length; i++)
                {
                    to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
                }
            }
        );

    // By the bytes in UTF-8, as both engines do; ordinal comparison of UTF-16 puts what is beyond the first plane elsewhere.
    private static int Ordered(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
