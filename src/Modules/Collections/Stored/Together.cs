using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Sillage.Storage;

namespace Sillage.Collections.Stored;

/// <summary>
/// Statements that are run in their order: on PostgreSQL in one way to the engine and back, as the way is most of what each of them costs; on SQLite there is none.
/// </summary>
internal sealed partial class Together(IUnitOfWork unit)
{
    private static readonly ConcurrentDictionary<(string Text, int Place), string> Placed = new();
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    private readonly List<(Sql Sql, object Row)> _all = [];

    public SqlDialect Dialect => unit.Dialect;

    public void Add(Sql sql, object row) => _all.Add((sql, row));

    /// <summary>Runs all that was added.</summary>
    /// <exception cref="UniqueViolationException">A unique key is taken.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        if (unit.Dialect == SqlDialect.Postgres && _all.Count > 1)
        {
            var (text, parameters) = (new StringBuilder(), new DynamicParameters());
            for (var i = 0; i < _all.Count; i++)
            {
                var (sql, row) = _all[i];
                text.Append(Placed.GetOrAdd((sql.Postgres, i), static key => At(key.Text, key.Place))).Append(";\n");
                foreach (var property in Properties.GetOrAdd(row.GetType(), static type => type.GetProperties()))
                {
                    parameters.Add(Name(property.Name, i), property.GetValue(row));
                }
            }

            await unit.ExecuteAsync(text.ToString(), parameters, ct);
        }
        else
        {
            foreach (var (sql, row) in _all)
            {
                await unit.ExecuteAsync(sql, row, ct);
            }
        }

        _all.Clear();
    }

    private static string At(string text, int place) => Parameter().Replace(text, match => Name(match.Value, place));

    private static string Name(string name, int place) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}_{place}");

    [GeneratedRegex("@[A-Za-z]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
