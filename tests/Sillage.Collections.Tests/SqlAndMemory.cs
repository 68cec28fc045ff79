using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Paging;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Records;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Tests;

/// <summary>What the database finds is what a plain interpreter finds in memory: for any rule, person, records, filter and order.</summary>
public abstract class SqlAndMemory(CollectionsUnderTest collections) : CollectionsSpecification(collections)
{
    private const int Samples = 1500;

    [Fact]
    public async Task The_database_and_the_interpreter_say_the_same()
    {
        var (others, things) = (NewName(), NewName());
        await FillAsync(others, things);
        var store = Server.Services.GetRequiredService<CollectionStore>();
        Viewer[] viewers =
        [
            Viewer.Nobody,
            new(Student.Id, "member", "a", false, false),
            new(Other.Id, "researcher", "z", false, true),
            new(Administrator.Id, "administrator", "admin", true, true),
        ];
        var now = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        var order = Gen.Elements("name", "whole", "real", "truth", "day", "time", "money");
        var questions =
            from rule in Expressions.Any
            from filter in Expressions.Any
            from viewer in Gen.Elements(viewers)
            from key in order
            from down in Gen.Elements(true, false)
            select (rule, filter, viewer, key, down);

        var compared = await Collections.Database.ReadAsync(
            async reader =>
            {
                var known = (await store.FindAsync(reader, things, default))!;
                var memory = await LoadAsync(reader, known);
                var found = 0;
                foreach (var (rule, filter, viewer, key, down) in questions.Sample(Samples, 40))
                {
                    var asked = WithRule(known, rule);
                    var test = Checker.CheckFilter(filter, asked, viewer, out var fault);
                    test.ShouldNotBeNull($"{filter}: {fault}");
                    var access = new Access(asked, viewer, now);
                    var query = new RecordQuery(test, [new SortKey(known.Main.Find(key), false, down)], key, null, []);
                    string[] fromMemory =
                    [
                        .. memory[known.Main.Key]
                            .Where(record =>
                                access.Interpreter.Holds(access.RuleOf(Deed.Read), record)
                                && access.Interpreter.Holds(test, record)
                            )
                            .Select(record => record.Row.Id.ToString()),
                    ];
                    var fromSql = access.RuleOf(Deed.Read) is Truth { Value: false }
                        ? []
                        : (
                            await RecordScan.ReadAsync(
                                reader,
                                access,
                                query,
                                new PageRequest(1000, null),
                                1_000_000,
                                default
                            )
                        ).Rows.Select(record => record.Row.Id.ToString());
                    fromSql.Order().ShouldBe(fromMemory.Order(), $"rule {rule}, filter {filter}, {viewer}");
                    found += fromMemory.Length;
                }

                return found;
            },
            default
        );
        // Neither nothing nor everything: else they would agree on little.
        compared.ShouldBeInRange(Samples, Samples * 20);
    }

    private async Task FillAsync(string others, string things)
    {
        var other = await DeclareAsync(
            $$$"""
            {"fields": [{"name": "name", "type": "string"}, {"name": "n", "type": "integer", "index": true}, {"name": "open", "type": "boolean"},
              {"name": "up", "type": "relation", "to": "{{{others}}}" }],
             "rules": {"read": "open or owner = @me.id or up.open", "create": "true"}}
            """,
            others
        );
        var thing = await DeclareAsync(
            $$$"""
            {"fields": [
               {"name": "name", "type": "string", "index": true}, {"name": "whole", "type": "integer", "index": true}, {"name": "real", "type": "number", "index": true},
               {"name": "money", "type": "decimal"}, {"name": "truth", "type": "boolean", "index": true}, {"name": "day", "type": "date"},
               {"name": "time", "type": "timestamp", "index": true}, {"name": "span", "type": "duration"},
               {"name": "word", "type": "enum", "values": ["one", "two"], "index": true}, {"name": "tags", "type": "string", "many": true},
               {"name": "one", "type": "relation", "to": "{{{others}}}" }, {"name": "many", "type": "relation", "to": "{{{others}}}", "many": true}],
             "rules": {"create": "true"}}
            """,
            things
        );
        var random = new Random(7);
        T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
        Dictionary<string, object?> Some(params (string Name, object? Value)[] members) =>
            members.Where(_ => random.Next(3) > 0).ToDictionary(member => member.Name, member => member.Value);
        Person[] people = [Student, Other, Administrator];
        var ids = new List<object?>();
        for (var i = 0; i < 12; i++)
        {
            var record = Some(
                ("name", Pick(Expressions.Texts)),
                ("n", random.Next(3)),
                ("open", random.Next(2) == 0),
                ("up", i == 0 ? null : Pick(ids))
            );
            ids.Add((string)(await CreateAsync(other, record, Administrator))["id"]!);
        }

        for (var i = 0; i < 40; i++)
        {
            var record = Some(
                ("name", Pick(Expressions.Texts)),
                ("whole", Pick<object>([0, 1, -1, 9007199254740993])),
                ("real", Pick<object>([0, 0.5, -1000, 9007199254740993])),
                ("money", Pick(["0", "1.50", "-0.01"])),
                ("truth", random.Next(2) == 0),
                ("day", Pick(Expressions.Days)),
                ("time", Pick(Expressions.Times)),
                ("span", Pick(Expressions.Spans)),
                ("word", Pick(Expressions.Words)),
                ("tags", new[] { Pick(Expressions.Texts), Pick(Expressions.Texts) }),
                ("one", Pick(ids)),
                ("many", new[] { Pick(ids), Pick(ids) })
            );
            await CreateAsync(thing, record, Administrator);
        }

        // Owners of all sorts; as nobody but who looks after it may link to what is closed.
        foreach (var (person, i) in people.Select((person, i) => (person, (long)i)))
        {
            await Collections.Database.WriteAsync(
                unit =>
                    unit.ExecuteAsync(
                        "UPDATE record SET owner = @Owner WHERE key % 4 = @I",
                        new { Owner = person.Id, I = i },
                        default
                    ),
                default
            );
        }

        var gone = (await GetAsync(other, Administrator)).Items[3]!;
        (await DeleteAsync(Self(gone), Administrator)).Must(HttpStatusCode.NoContent);
    }

    private static Known WithRule(Known known, string rule)
    {
        var plan = known.Main;
        var text = plan.Text with { Rules = new Rules(rule) };
        var main = new CollectionPlan(plan.Key, plan.Revision, plan.Owner, plan.Definition with { Text = text });
        return new Known(main, new Dictionary<string, CollectionPlan>(known.All) { [text.Name] = main });
    }

    private static async Task<Dictionary<long, List<MemoryRecord>>> LoadAsync(IReader reader, Known known)
    {
        var all = new Dictionary<long, List<MemoryRecord>>();
        foreach (var plan in known.All.Values)
        {
            var rows = await reader.QueryAsync<RecordRow>(
                $"SELECT {RecordRow.Columns.For(reader.Dialect)} FROM record r WHERE r.collection = @Key AND r.deleted_at IS NULL",
                new { plan.Key },
                default
            );
            all[plan.Key] = [.. rows.Select(row => new MemoryRecord(row, row.Read(plan), all))];
        }

        return all;
    }

    private sealed class MemoryRecord(RecordRow row, RecordData data, Dictionary<long, List<MemoryRecord>> all)
        : IRecordValues
    {
        private readonly RowValues _own = new(row, data);

        public RecordRow Row => row;

        public object? Of(FieldPlan field) => _own.Of(field);

        public object? Of(Column column) => _own.Of(column);

        public IEnumerable<object> Items(FieldPlan field) => _own.Items(field);

        public IEnumerable<IRecordValues> Related(FieldPlan field, CollectionPlan target)
        {
            var ids = RecordStore.Targets(data[field]).ToHashSet();
            return all[target.Key].Where(other => ids.Contains(other.Row.Id));
        }
    }
}

public sealed class SqlAndMemoryOnSqlite(SqliteCollections collections)
    : SqlAndMemory(collections),
        IClassFixture<SqliteCollections>;

public sealed class SqlAndMemoryOnPostgres(PostgresCollections collections)
    : SqlAndMemory(collections),
        IClassFixture<PostgresCollections>;

/// <summary>Whatever is written, the parser says that it is no expression, or where, and ends.</summary>
public sealed class ParserTests
{
    private static readonly string[] Pieces =
    [
        "a",
        "b.c",
        "and",
        "or",
        "not",
        "in",
        "has",
        "true",
        "null",
        "(",
        ")",
        ",",
        "=",
        "!=",
        "<",
        ">=",
        "~",
        "!~",
        "\"",
        "'x'",
        "1",
        "1e",
        "1.5",
        "-",
        "+",
        "@now",
        "@me",
        ".id",
        "7d",
        "\\u00",
        "\\ud800",
        "\u0000",
        "\ud800",
        "é",
        "😀",
        " ",
        "\n",
    ];

    [Fact]
    public void Any_text_is_an_expression_or_has_a_fault_within_it()
    {
        var texts = Gen.Elements(Pieces).ArrayOf().Select(string.Concat);
        Prop.ForAll(
                texts.ToArbitrary(),
                text =>
                {
                    var node = Parser.TryParse(text, out var fault);
                    return (node is null) == (fault is not null)
                        && (fault is null || (fault.At >= 0 && fault.At <= text.Length));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Fact]
    public void An_expression_that_is_right_is_read_whatever_stands_around_it() =>
        Prop.ForAll(Expressions.Any.ToArbitrary(), text => Parser.TryParse($"  ({text})\n", out _) is not null)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData("(", 40)]
    [InlineData("not ", 40)]
    [InlineData("a or ", 250)]
    public void What_is_deep_or_long_is_refused(string piece, int times) =>
        Parser.TryParse(string.Concat(Enumerable.Repeat(piece, times)) + "a", out _).ShouldBeNull();
}
