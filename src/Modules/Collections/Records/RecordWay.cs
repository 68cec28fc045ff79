using System.Globalization;
using Dapper;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>
/// Which records are looked at for a query, as SQL. It goes along an index where there is one: that of the words, that of a condition if few records meet it, else that of the
/// order. What would have to look at every record of a large collection is refused.
/// </summary>
internal sealed class RecordWay
{
    private const string CountRecords = "SELECT records FROM collection_count WHERE collection = @Collection";

    private readonly IReader _reader;
    private readonly Access _access;
    private readonly RecordQuery _query;
    private readonly List<string> _where = [];

    private RecordWay(IReader reader, Access access, RecordQuery query)
    {
        (_reader, _access, _query) = (reader, access, query);
        Sql = new SqlWriter(reader.Dialect, access.Interpreter, Parameters);
    }

    public DynamicParameters Parameters { get; } = new();

    public SqlWriter Sql { get; }

    /// <summary>The tables: the records under the name r, what leads to them under the name d.</summary>
    public string From { get; private set; } = "record r";

    public string Where => string.Join(" AND ", _where);

    /// <summary>What gives the order of creation.</summary>
    public string Key { get; private set; } = "r.key";

    /// <summary>The field whose index gives the order; null if none does.</summary>
    public FieldPlan? Ordered { get; private set; }

    private CollectionPlan Plan => _access.Known.Main;

    /// <summary>Finds the way; null where no record can meet the query.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="access">Who asks, of which collection.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="few">What so few records meet is found by them.</param>
    /// <param name="isWhole">Whether all that is found is looked at, and not a page of it.</param>
    /// <param name="largeFrom">From how many records on a collection is large.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="ProblemException">400: it would cost too much; 401 or 403: who asks may read nothing.</exception>
    public static async Task<RecordWay?> FindAsync(
        IReader reader,
        Access access,
        RecordQuery query,
        int few,
        bool isWhole,
        int largeFrom,
        CancellationToken ct
    )
    {
        var way = new RecordWay(reader, access, query);
        return await way.FindAsync(few, isWhole, largeFrom, ct) ? way : null;
    }

    /// <summary>How many records a collection has.</summary>
    public static Task<long> CountAsync(IReader reader, CollectionPlan plan, CancellationToken ct) =>
        reader.ScalarAsync<long>(CountRecords, new { Collection = plan.Key }, ct);

    public void Add(string condition) => _where.Add(condition);

    private async Task<bool> FindAsync(int few, bool isWhole, int largeFrom, CancellationToken ct)
    {
        var rule = _access.RuleOf(Deed.Read);
        if (rule is Truth { Value: false })
        {
            throw new ProblemException(_access.Denied(Deed.Read));
        }

        var conditions = Conditions(_query.Filter).ToList();
        var own = conditions.Concat(Conditions(rule)).OfType<Compare>().Where(IsOwn).ToList();
        if (own.Exists(test => _access.Interpreter.Given((Given)test.Right) is null))
        {
            return false;
        }

        var sorted = _query.Order is [{ Field: { } field }] && field.IsIndexed ? field : null;
        var isWalk = _query.Order is [{ Field: null }];
        Compare? answered = null;
        if (_query.Search is not null)
        {
            await FindByWordsAsync(!isWhole && _query.Order is [{ Field: null, ByChange: false }], largeFrom, ct);
        }
        else
        {
            var driver = conditions.OfType<Compare>().FirstOrDefault(IsIndexed);
            driver = driver is not null && await IsFewAsync(driver, few, ct) ? driver : null;
            var isPaged = !isWhole && _query.Filter is null && (sorted is not null || isWalk);
            if (driver is null && !isPaged && await CountAsync(_reader, Plan, ct) >= largeFrom)
            {
                await RefuseUnlessFewAsync(conditions, own, isWhole || sorted is not null || isWalk, largeFrom, ct);
            }

            if (driver is not null)
            {
                Drive(((FieldValue)driver.Left).Field, driver);
                // What the index has said need not be read out of each record again.
                answered = _access.Interpreter.Given((Given)driver.Right) is null ? null : driver;
            }
            else if (sorted is not null && !isWhole)
            {
                Drive(sorted, null);
                Ordered = sorted;
            }
        }

        _where.Add($"r.collection = {Number(Plan.Key)}");
        _where.Add("r.deleted_at IS NULL");
        // The bare comparison beside its guarded form: an index takes only this.
        _where.AddRange(own.Select(test => Bare(test, Sql)));
        _where.Add(Sql.Write(rule));
        _where.AddRange(conditions.Where(test => test != answered).Select(test => Sql.Write(test)));
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

    private string Bare(Compare own, SqlWriter sql) =>
        $"{(own.Left is ColumnValue { Column: Column.Id } ? "r.id" : "r.owner")} = {sql.Add(_access.Interpreter.Given((Given)own.Right)!)}";

    private async Task FindByWordsAsync(bool isWalk, int largeFrom, CancellationToken ct)
    {
        var match = RecordText.Match(_reader.Dialect, Plan, _query.Search!);
        if (!isWalk)
        {
            var found = await CountAsync(
                $"record_text d WHERE {RecordText.Condition(_reader.Dialect, "@Match")}",
                new { Match = match },
                largeFrom,
                ct
            );
            if (found > largeFrom)
            {
                throw TooLarge("?q", $"More than {largeFrom} records have these words: look for more words.");
            }
        }

        var isSqlite = _reader.Dialect == SqlDialect.Sqlite;
        From = isSqlite
            ? "record_text d CROSS JOIN record r ON r.key = d.rowid"
            : "record_text d JOIN record r ON r.key = d.record";
        Key = isSqlite ? "d.rowid" : "r.key";
        _where.Add(RecordText.Condition(_reader.Dialect, Sql.Add(match)));
    }

    private async Task<bool> IsFewAsync(Compare test, int few, CancellationToken ct)
    {
        var parameters = new DynamicParameters();
        var sql = new SqlWriter(_reader.Dialect, _access.Interpreter, parameters);
        var field = ((FieldValue)test.Left).Field;
        return Bound(test, field, sql) is not { } bound
            || await CountAsync($"{ValueTable.Of(field).Name} d WHERE {bound}", parameters, few, ct) <= few;
    }

    // Of one id there is one record; an owner may have many.
    private async Task<bool> IsFewAsync(List<Compare> own, int few, CancellationToken ct)
    {
        foreach (var test in own)
        {
            var parameters = new DynamicParameters();
            var bare = Bare(test, new SqlWriter(_reader.Dialect, _access.Interpreter, parameters));
            if (
                test.Left is ColumnValue { Column: Column.Id }
                || await CountAsync($"record r WHERE {bare}", parameters, few, ct) <= few
            )
            {
                return true;
            }
        }

        return false;
    }

    private Task<long> CountAsync(string from, object parameters, int few, CancellationToken ct) =>
        _reader.ScalarAsync<long>(
            $"SELECT COUNT(*) FROM (SELECT 1 FROM {from} LIMIT {Number(few + 1L)}) few",
            parameters,
            ct
        );

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
        return $"d.field = {Number(field.Slot)} AND d.rank = 1 AND d.value {by} {sql.Add(ValueTable.Stored(value)!)}";
    }

    private void Drive(FieldPlan field, Compare? test)
    {
        var table = ValueTable.Of(field).Name;
        // SQLite keeps the order of a cross join; PostgreSQL has figures of its own to choose by.
        From =
            _reader.Dialect == SqlDialect.Sqlite
                ? $"{table} d CROSS JOIN record r ON r.key = d.record"
                : $"{table} d JOIN record r ON r.key = d.record";
        _where.Add((test is null ? null : Bound(test, field, Sql)) ?? $"d.field = {Number(field.Slot)}");
    }

    private async Task RefuseUnlessFewAsync(
        List<Test> conditions,
        List<Compare> own,
        bool isOrdered,
        int largeFrom,
        CancellationToken ct
    )
    {
        if (await IsFewAsync(own, largeFrom, ct))
        {
            return;
        }

        var records = await CountAsync(_reader, Plan, ct);

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
        throw TooLarge(part, $"Of {records} records all would have to be looked at: {says}.");
    }

    private static ProblemException TooLarge(string part, string says) =>
        new(Problem.BadRequest("The collection is too large to look at every record.", new FieldError(part, says)));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
