using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Sillage.Collections.Language;
using Sillage.Storage;
using static Sillage.Specifications.Fuzzing.FuzzTarget;

namespace Sillage.Collections.Fuzz;

/// <summary>
/// A filter is one or has a fault within it. What is one names nothing hidden, has nothing of what was written in the text of SQL, and holds of a record or does not, the same the second time.
/// </summary>
internal static partial class FilterTarget
{
    public static void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var test = Checker.CheckFilter(text, KnownThings.Known, KnownThings.Student, out var fault);
        Expect((test is null) == (fault is not null), "neither a filter nor a fault, or both");
        if (test is null)
        {
            Expect(fault!.At >= 0 && fault.At <= text.Length, $"the fault is at {fault.At} of {text.Length}");
            return;
        }

        Expect(!Tests(test).OfType<Compare>().Any(IsHidden), "a hidden field is named");
        var interpreter = new Interpreter(KnownThings.Student, KnownThings.Now);
        foreach (var dialect in Enum.GetValues<SqlDialect>())
        {
            var sql = new SqlWriter(dialect, interpreter, new DynamicParameters()).Write(test);
            Expect(Ours().Replace(sql, "").Length == 0, $"what was written stands in {sql}");
        }

        var holds = interpreter.Holds(test, KnownThings.Record);
        Expect(interpreter.Holds(new Not(test), KnownThings.Record) == !holds, "neither holds nor does not");
    }

    private static bool IsHidden(Compare compare) =>
        compare.Left is FieldValue { Field.Field.Hidden: true }
        || compare.Right is FieldValue { Field.Field.Hidden: true };

    private static IEnumerable<Test> Tests(Test test) =>
        test switch
        {
            All all => all.Of.SelectMany(Tests),
            Any any => any.Of.SelectMany(Tests),
            Not not => Tests(not.Inner),
            Related related => Tests(related.Inner),
            _ => [test],
        };

    // Words of SQL, columns and tables, numbers of ours, and the names of parameters.
    [GeneratedRegex(
        """
            \b(AND|OR|NOT|TRUE|FALSE|IS|NULL|COALESCE|EXISTS|SELECT|FROM|JOIN|ON|WHERE|CAST|AS|COLLATE|json_extract|json_each|jsonb_exists|instr|strpos|lower|bigint|double|precision|boolean|record_link|record|deleted_at|created_at|updated_at|collection|owner|target|field|value|data|key|id|l?t\d+|r|e|\d+)\b|@f\d+|'\$\."\d+"'|'\d+'|"C"|->>?|[<>=]+|[().,\s]
            """,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Ours();
}
