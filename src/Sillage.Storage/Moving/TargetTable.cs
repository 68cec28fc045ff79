using Dapper;
using Npgsql;

namespace Sillage.Storage.Moving;

/// <summary>A table of a module on PostgreSQL.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Identity">The column whose numbers PostgreSQL gives out; null if there is none.</param>
internal sealed record TargetTable(string Name, IReadOnlyList<MovedColumn> Columns, string? Identity)
{
    // A generated column comes of the others.
    private const string SelectColumns = """
        SELECT c.relname AS "table", a.attname AS name, t.typname AS type, a.attidentity <> '' AS is_identity
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relnamespace = CAST(quote_ident(current_schema()) AS regnamespace) AND c.relkind = 'r' AND c.relname <> 'sillage_migration'
          AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY c.relname, a.attnum
        """;

    private const string SelectReferences = """
        SELECT c.relname AS "from", p.relname AS "to"
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid
        WHERE k.contype = 'f' AND k.connamespace = CAST(quote_ident(current_schema()) AS regnamespace) AND c.oid <> p.oid
        """;

    /// <summary>The tables of the connection's schema, each after those that it refers to.</summary>
    public static async Task<IReadOnlyList<TargetTable>> AllAsync(NpgsqlConnection connection)
    {
        var tables = (await connection.QueryAsync<Column>(SelectColumns))
            .GroupBy(column => column.Table)
            .Select(columns => new TargetTable(
                columns.Key,
                [.. columns.Select(column => new MovedColumn(column.Name, ColumnType.Of(column.Type)))],
                columns.FirstOrDefault(column => column.IsIdentity)?.Name
            ))
            .ToList();
        var references = (await connection.QueryAsync<Reference>(SelectReferences)).ToLookup(
            reference => reference.From,
            reference => reference.To
        );
        var ordered = new List<TargetTable>();
        while (tables.Count > 0)
        {
            var ready = tables.FindAll(table => !tables.Exists(other => references[table.Name].Contains(other.Name)));
            if (ready.Count == 0)
            {
                throw new NotSupportedException(
                    $"The tables {string.Join(", ", tables.Select(table => table.Name))} refer to each other in a circle."
                );
            }

            ordered.AddRange(ready);
            tables.RemoveAll(ready.Contains);
        }

        return ordered;
    }

    private sealed record Column(string Table, string Name, string Type, bool IsIdentity);

    private sealed record Reference(string From, string To);
}
