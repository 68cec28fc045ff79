using System.Globalization;
using System.Text.Json;

namespace Sillage.Storage.Mapping;

/// <summary>Rows of outbox and inbox as one parameter of one statement on PostgreSQL.</summary>
internal static class PostgresRows
{
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static string Write<T>(IEnumerable<T> rows) => JsonSerializer.Serialize(rows, Snake);

    /// <summary>The rows as <c>e</c>, with their <c>place</c>.</summary>
    public static string From(string parameter, string columns)
    {
        var fields = columns.Split(", ").Select(column => $"{column} {TypeOf(column)}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"ROWS FROM (json_to_recordset({parameter}::json) AS ({string.Join(", ", fields)})) WITH ORDINALITY AS e({columns}, place)"
        );
    }

    private static string TypeOf(string column) =>
        column switch
        {
            "id" => "uuid",
            "version" => "bigint",
            "occurred_at" => "timestamptz",
            _ => "text",
        };
}
