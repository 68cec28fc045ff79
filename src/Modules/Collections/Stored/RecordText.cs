using System.Globalization;
using Sillage.Collections.Declared;
using Sillage.Search;
using Sillage.Storage;

namespace Sillage.Collections.Stored;

/// <summary>
/// The words of the searched fields of records that are not deleted, in FTS5 or as a tsvector. Words count as they are written, case and accents aside:
/// nobody says which language a collection is in.
/// </summary>
internal static class RecordText
{
    // Stands between fields, so that no phrase spans two: folding makes ss of it, so no word that is written or asked for has it.
    private const string Gap = "ß";

    private static readonly Sql Delete = new(
        "DELETE FROM record_text WHERE rowid = @Record",
        "DELETE FROM record_text WHERE record = @Record"
    );

    private static readonly Sql Insert = new(
        "INSERT INTO record_text (rowid, collection, body) VALUES (@Record, @Collection, @Body)",
        "INSERT INTO record_text (record, words) VALUES (@Record, CAST(@Body AS tsvector))"
    );

    /// <summary>How the index moves from one engine to the other: by the words that it holds, below the number of their collection.</summary>
    public static MovedTable Moved { get; } =
        new("record_text")
        {
            Select = "SELECT rowid AS record, collection || char(10) || body AS words FROM record_text ORDER BY rowid",
            Vector = text =>
            {
                var lines = text.Split('\n');
                var words = lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return $"{IndexedText.ToVector(words)} {Mark(lines[0])}";
            },
        };

    /// <summary>Takes out all that is in of a collection.</summary>
    public static readonly Sql DeleteAll = new(
        "DELETE FROM record_text WHERE rowid IN (SELECT key FROM record WHERE collection = @Key)",
        "DELETE FROM record_text WHERE record IN (SELECT key FROM record WHERE collection = @Key)"
    );

    /// <summary>Brings the words of a record from one state to another; null is a record that is not found at all.</summary>
    public static void Change(Together writes, long record, RecordData? before, RecordData? after)
    {
        var (was, becomes) = (TextOf(before), TextOf(after));
        if (was.SequenceEqual(becomes, StringComparer.Ordinal))
        {
            return;
        }

        if (was.Count > 0)
        {
            writes.Add(Delete, new { Record = record });
        }

        if (becomes.Count > 0)
        {
            var words = becomes.SelectMany((text, i) => i == 0 ? Of(text) : Of(text).Prepend(Gap)).ToList();
            var collection = after!.Plan.Key.ToString(CultureInfo.InvariantCulture);
            object row =
                writes.Dialect == SqlDialect.Sqlite
                    ? new
                    {
                        Record = record,
                        Collection = collection,
                        Body = string.Join(' ', words),
                    }
                    : new { Record = record, Body = $"{IndexedText.ToVector(words)} {Mark(after.Plan)}" };
            writes.Add(Insert, row);
        }
    }

    /// <summary>What finds the records of a collection that have the words: a condition of the table under the name d, whose parameter is what <see cref="Match"/> gives.</summary>
    public static string Condition(SqlDialect dialect, string parameter) =>
        dialect == SqlDialect.Sqlite ? $"d.record_text MATCH {parameter}" : $"d.words @@ CAST({parameter} AS tsquery)";

    /// <summary>What is looked for, in this collection only: of many that share the index, none pays for the words of others.</summary>
    public static string Match(SqlDialect dialect, CollectionPlan plan, SearchQuery query) =>
        dialect == SqlDialect.Sqlite
            ? $"{{collection}} : \"{plan.Key.ToString(CultureInfo.InvariantCulture)}\" AND {query.ForSqlite("body")}"
            : $"{Mark(plan)} & {query.ForPostgres()}";

    // A word that no text has, as words are letters and digits.
    private static string Mark(CollectionPlan plan) => Mark(plan.Key.ToString(CultureInfo.InvariantCulture));

    private static string Mark(string collection) => $"'#{collection}'";

    private static IReadOnlyList<string> Of(string text) => IndexedText.Of(text, SearchLanguage.None);

    private static List<string> TextOf(RecordData? data) =>
        data is null
            ? []
            :
            [
                .. data
                    .Plan.Fields.Where(field => field.IsSearched)
                    .SelectMany(field =>
                        data[field] switch
                        {
                            string text => [text],
                            IReadOnlyList<object> items => items.OfType<string>(),
                            _ => Enumerable.Empty<string>(),
                        }
                    ),
            ];
}
