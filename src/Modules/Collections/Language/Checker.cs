using System.Globalization;
using Sillage.Collections.Declared;
using Sillage.Schema;

namespace Sillage.Collections.Language;

/// <summary>
/// Finds out what the names of an expression mean. A filter may name only what who asks may read: to them there is nothing else. Rules are written by
/// those who see everything.
/// </summary>
internal sealed class Checker
{
    /// <summary>Over how many relations a path may go.</summary>
    public const int Deepest = 3;

    private static readonly Dictionary<string, CollectionPlan> NoOthers = [];

    private readonly IReadOnlyDictionary<string, CollectionPlan> _all;
    private readonly Viewer? _viewer;
    private Fault? _fault;
    private int _depth;

    private Checker(IReadOnlyDictionary<string, CollectionPlan> all, Viewer? viewer) => (_all, _viewer) = (all, viewer);

    /// <summary>A filter of somebody who may name what they may read; null if it is not one.</summary>
    public static Test? CheckFilter(string text, Known known, Viewer viewer, out Fault? fault) =>
        Check(text, known.Main, known.All, viewer, out fault);

    /// <summary>A rule of a collection; null if it is not one.</summary>
    public static Test? CheckRule(
        string text,
        CollectionPlan plan,
        IReadOnlyDictionary<string, CollectionPlan> all,
        out Fault? fault
    ) => Check(text, plan, all, null, out fault);

    /// <summary>A rule about who asks, which names no field; null if it is not one.</summary>
    public static Test? CheckAboutMe(string text, out Fault? fault) => Check(text, null, NoOthers, null, out fault);

    private static Test? Check(
        string text,
        CollectionPlan? plan,
        IReadOnlyDictionary<string, CollectionPlan> all,
        Viewer? viewer,
        out Fault? fault
    )
    {
        if (Parser.TryParse(text, out fault) is not { } node)
        {
            return null;
        }

        var checker = new Checker(all, viewer);
        var test = checker.Visit(node, plan);
        fault = checker._fault;
        return test;
    }

    private Test? Visit(Node node, CollectionPlan? plan) =>
        node switch
        {
            AndNode and => Visit(and.Left, plan) is { } l && Visit(and.Right, plan) is { } r ? new All([l, r]) : null,
            OrNode or => Visit(or.Left, plan) is { } l && Visit(or.Right, plan) is { } r ? new Any([l, r]) : null,
            NotNode not => Visit(not.Inner, plan) is { } inner ? new Not(inner) : null,
            TruthNode truth => new Truth(truth.Value),
            InNode @in => In(@in, plan),
            CompareNode compare => Compare(compare, plan),
            _ => throw new InvalidOperationException($"{node.GetType().Name} is no node."),
        };

    private Any? In(InNode node, CollectionPlan? plan)
    {
        var tests = new List<Test>();
        foreach (var item in node.Items)
        {
            if (Compare(new CompareNode(node.Left, Comparison.Equal, item, node.At), plan) is not { } test)
            {
                return null;
            }

            tests.Add(test);
        }

        return new Any(tests);
    }

    private Test? Compare(CompareNode node, CollectionPlan? plan)
    {
        var (left, right) = (node.Left as PathOperand, node.Right as PathOperand);
        if (left is { Names.Count: > 1 } || right is { Names.Count: > 1 })
        {
            return left is not null && right is not null
                ? Fail<Test>(node.Right.At, "Where one side goes over a relation, the other is a value.")
                : Through((left ?? right)!, node, plan);
        }

        var (leftValue, rightValue) = (Resolve(left, plan), Resolve(right, plan));
        if (_fault is not null)
        {
            return null;
        }

        if (node.Left is NullOperand || node.Right is NullOperand)
        {
            return Null(node, leftValue ?? rightValue);
        }

        var (by, turned) = (node.By, false);
        if (
            leftValue is null
            && rightValue is not null
            && by is not (Comparison.Contains or Comparison.NotContains or Comparison.Has)
        )
        {
            (leftValue, rightValue, turned) = (rightValue, null, true);
            by = Turn(by);
        }

        var (first, second) = turned ? (node.Right, node.Left) : (node.Left, node.Right);
        leftValue ??= SortOf(first) is { } sort ? Convert(first, sort, null) : null;
        var field = (leftValue as FieldValue)?.Field;
        if (leftValue is null || (rightValue ??= Convert(second, leftValue.Sort, field)) is null)
        {
            return _fault is null ? Fail<Test>(node.At, "This compares with nothing.") : null;
        }

        return Pair(leftValue, by, rightValue!, node.At);
    }

    private Test? Pair(Value left, Comparison by, Value right, int at)
    {
        if (by == Comparison.Has)
        {
            return left is FieldValue { Field.Field.IsMany: true } list && right is Given item
                ? new HasItem(list, item)
                : Fail<Test>(at, "On the left of has stands a field that holds a list, on the right a value.");
        }

        if (left is FieldValue { Field.Field.IsMany: true } || right is FieldValue { Field.Field.IsMany: true })
        {
            return Fail<Test>(at, "The field holds a list: ask with has.");
        }

        if (left.Sort != right.Sort || left.Sort == Sort.None || !SameScale(left, right))
        {
            return Fail<Test>(at, "These two do not compare.");
        }

        if (
            left.Sort == Sort.Id
            && (left is FieldValue ? right is ColumnValue : left is ColumnValue && right is FieldValue)
        )
        {
            return Fail<Test>(at, "A relation does not compare with an id of the record itself.");
        }

        var isFound = by is Comparison.Contains or Comparison.NotContains;
        if (isFound && (left.Sort != Sort.Text || right is not Given))
        {
            return Fail<Test>(at, "~ looks for a text within a text.");
        }

        if (left.Sort is Sort.Id or Sort.Truth && by is not (Comparison.Equal or Comparison.NotEqual))
        {
            return Fail<Test>(at, "These are equal or not, and neither is more than the other.");
        }

        return by switch
        {
            Comparison.NotEqual => new Not(new Compare(left, Comparison.Equal, right)),
            Comparison.NotContains => new Not(new Compare(left, Comparison.Contains, right)),
            _ => new Compare(left, by, right),
        };
    }

    private Test? Null(CompareNode node, Value? value)
    {
        value ??= (node.Left is NullOperand ? node.Right : node.Left) is MeOperand me ? MeOf(me) : null;
        if (value is null || node.By is not (Comparison.Equal or Comparison.NotEqual))
        {
            return Fail<Test>(node.At, "null is compared with a field or @me, by = or !=.");
        }

        return node.By == Comparison.Equal ? new Missing(value) : new Not(new Missing(value));
    }

    private Related? Through(PathOperand path, CompareNode node, CollectionPlan? plan)
    {
        if (Find(path.Names[0], path.At, plan) is not { } field)
        {
            return null;
        }

        if (field.Field.To is not { } to)
        {
            return Fail<Related>(path.At, $"'{field.Name}' is no relation, so nothing follows it.");
        }

        if (!_all.TryGetValue(to, out var target))
        {
            return Fail<Related>(path.At, $"There is no collection '{to}'.");
        }

        if (++_depth > Deepest)
        {
            return Fail<Related>(path.At, $"A path goes over at most {Deepest} relations.");
        }

        var rest = new PathOperand([.. path.Names.Skip(1)], path.At + path.Names[0].Length + 1);
        var inner = Compare(node.Left == path ? node with { Left = rest } : node with { Right = rest }, target);
        _depth--;
        return inner is null ? null
            : _viewer is null || _viewer.Manages(target) ? new Related(field, target, inner)
            : ReadRule(target) is { } readable ? new Related(field, target, new All([readable, inner]))
            : null;
    }

    // Who may not read a record learns nothing of it by asking for those that refer to it.
    private Test? ReadRule(CollectionPlan target) =>
        target.Rules.Read is null ? new Truth(false)
        : CheckRule(target.Rules.Read, target, _all, out var fault) is { } test ? test
        : Fail<Test>(0, fault!.Says);

    private Value? Resolve(PathOperand? path, CollectionPlan? plan)
    {
        if (path is null)
        {
            return null;
        }

        Column? column = path.Names[0] switch
        {
            "id" => Column.Id,
            "owner" => Column.Owner,
            "created" => Column.Created,
            "updated" => Column.Updated,
            _ => null,
        };
        return column is { } of && plan is not null ? new ColumnValue(of)
            : Find(path.Names[0], path.At, plan) is { } field ? new FieldValue(field)
            : null;
    }

    private FieldPlan? Find(string name, int at, CollectionPlan? plan)
    {
        if (plan is null)
        {
            return Fail<FieldPlan>(at, "A rule of a field is about @me only.");
        }

        var field = plan.Find(name);
        return field is not null && (_viewer is null || _viewer.Sees(plan, field))
            ? field
            : Fail<FieldPlan>(at, $"There is no field '{name}' that you may read.");
    }

    private static Sort? SortOf(Operand operand) =>
        operand switch
        {
            TextOperand => Sort.Text,
            NumberOperand => Sort.Real,
            TruthOperand => Sort.Truth,
            MeOperand { Member: "id" } => Sort.Id,
            MeOperand => Sort.Text,
            NowOperand => Sort.Time,
            _ => null,
        };

    private static Me MeOf(MeOperand me) =>
        me.Member switch
        {
            "id" => new Me(MeMember.Id, Sort.Id),
            "role" => new Me(MeMember.Role, Sort.Text),
            _ => new Me(MeMember.Username, Sort.Text),
        };

    private Value? Convert(Operand operand, Sort sort, FieldPlan? field)
    {
        switch (sort, operand)
        {
            case (Sort.Text or Sort.Id, MeOperand me):
                var known = MeOf(me);
                return known.Sort == Sort.Id || sort == Sort.Text
                    ? known with
                    {
                        Sort = sort,
                    }
                    : Expected(operand, "An id");
            case (Sort.Text, TextOperand text):
                return
                    field?.Field.Values is { } words
                    && !words.Contains(text.Value)
                    && field.Field.Type == FieldKind.Enum
                    ? Fail<Value>(text.At, $"The values of '{field.Name}' are {string.Join(", ", words.Take(20))}.")
                    : new Literal(sort, text.Value);
            case (Sort.Truth, TruthOperand truth):
                return new Literal(sort, truth.Value);
            case (Sort.Id, TextOperand text):
                return Guid.TryParseExact(text.Value, "D", out var id)
                    ? new Literal(sort, id)
                    : Expected(operand, "An id");
            case (Sort.Time, NowOperand now):
                return new Now(now.Offset, sort);
            case (Sort.Day, NowOperand now):
                return new Now(now.Offset, sort);
            case (Sort.Time, TextOperand text):
                var day = Scalars.IsDay(text.Value) ? text.Value + "T00:00:00Z" : text.Value;
                return Rfc3339.TryParse(day, out var time)
                    ? new Literal(sort, Rfc3339.ToMicroseconds(time))
                    : Fail<Value>(operand.At, Rfc3339.Expected);
            case (Sort.Day, TextOperand text):
                return Scalars.IsDay(text.Value)
                    ? new Literal(sort, text.Value)
                    : Fail<Value>(operand.At, Scalars.ExpectedDay);
            case (Sort.Span, TextOperand text):
                return Scalars.TrySpan(text.Value, out var span)
                    ? new Literal(sort, span)
                    : Fail<Value>(operand.At, Scalars.ExpectedSpan);
            case (Sort.Whole, NumberOperand number):
                return long.TryParse(
                    number.Value,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var whole
                )
                    ? new Literal(sort, whole)
                    : Expected(operand, "A whole number of at most 64 bits");
            case (Sort.Real, NumberOperand number):
                return
                    double.TryParse(number.Value, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
                    ? new Literal(sort, real)
                    : Expected(operand, "A number in double precision");
            case (Sort.Decimal, NumberOperand or TextOperand):
                var written = operand is NumberOperand n ? n.Value : ((TextOperand)operand).Value;
                return Scalars.TryDecimal(written, field!.Field.Decimals, out var units)
                    ? new Literal(sort, units)
                    : Fail<Value>(operand.At, Scalars.ExpectedDecimal(field.Field.Decimals));
            default:
                return Expected(
                    operand,
                    sort switch
                    {
                        Sort.Text => "A text in quotes",
                        Sort.Whole or Sort.Real or Sort.Decimal => "A number",
                        Sort.Truth => "true or false",
                        Sort.Id => "An id in quotes",
                        Sort.None => "Nothing but null",
                        _ => "A time, a day or a length of time in quotes",
                    }
                );
        }
    }

    private Value? Expected(Operand operand, string what) => Fail<Value>(operand.At, what + " is expected here.");

    private static bool SameScale(Value left, Value right) =>
        left.Sort != Sort.Decimal
        || (left as FieldValue)?.Field.Field.Decimals is not { } l
        || (right as FieldValue)?.Field.Field.Decimals is not { } r
        || l == r;

    private static Comparison Turn(Comparison by) =>
        by switch
        {
            Comparison.Less => Comparison.Greater,
            Comparison.LessOrEqual => Comparison.GreaterOrEqual,
            Comparison.Greater => Comparison.Less,
            Comparison.GreaterOrEqual => Comparison.LessOrEqual,
            _ => by,
        };

    private T? Fail<T>(int at, string says)
        where T : class
    {
        _fault ??= new Fault(at, says);
        return null;
    }
}
