using System.Collections.Concurrent;
using System.Data;
using System.Reflection;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Sillage.Storage.Mapping;

/// <summary>
/// Many rows as parameters of one statement on PostgreSQL: an array for each property, for <c>unnest</c>. Each value is mapped as it is where it
/// stands alone (<see cref="ValueHandler{T}"/>).
/// </summary>
internal sealed class PostgresColumns(IReadOnlyCollection<object> rows) : SqlMapper.IDynamicParameters
{
    private static readonly ConcurrentDictionary<Type, Column[]> Known = new();

    public void AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        foreach (var column in Known.GetOrAdd(rows.First().GetType(), ColumnsOf))
        {
            command.Parameters.Add(column.ToParameter(rows));
        }
    }

    private static Column[] ColumnsOf(Type row) =>
        [
            .. row.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => TypeOf(property.PropertyType) is not null)
                .Select(property =>
                    (Column)
                        Activator.CreateInstance(
                            typeof(Column<,>).MakeGenericType(row, property.PropertyType),
                            property
                        )!
                ),
        ];

    private static NpgsqlDbType? TypeOf(Type value) =>
        (Nullable.GetUnderlyingType(value) ?? value) switch
        {
            var type when type == typeof(Guid) => NpgsqlDbType.Uuid,
            var type when type == typeof(long) => NpgsqlDbType.Bigint,
            var type when type == typeof(int) => NpgsqlDbType.Integer,
            var type when type == typeof(bool) => NpgsqlDbType.Boolean,
            var type when type == typeof(string) => NpgsqlDbType.Text,
            var type when type == typeof(DateTimeOffset) => NpgsqlDbType.TimestampTz,
            _ => null,
        };

    private abstract class Column
    {
        public abstract NpgsqlParameter ToParameter(IReadOnlyCollection<object> rows);
    }

    private sealed class Column<TRow, TValue>(PropertyInfo property) : Column
        where TRow : class
    {
        private readonly Func<TRow, TValue> _read = property.GetMethod!.CreateDelegate<Func<TRow, TValue>>();
        private readonly NpgsqlDbType _type = NpgsqlDbType.Array | TypeOf(typeof(TValue))!.Value;

        public override NpgsqlParameter ToParameter(IReadOnlyCollection<object> rows)
        {
            var values = new TValue[rows.Count];
            var place = 0;
            foreach (var row in rows)
            {
                values[place++] = _read((TRow)row);
            }

            return new NpgsqlParameter(property.Name, _type) { Value = Mapped(values) };
        }

        private static object Mapped(TValue[] values) =>
            values switch
            {
                DateTimeOffset[] times => Array.ConvertAll(times, Cut),
                DateTimeOffset?[] times => Array.ConvertAll(
                    times,
                    time => time is { } given ? Cut(given) : (DateTimeOffset?)null
                ),
                _ => values,
            };

        private static DateTimeOffset Cut(DateTimeOffset time) => Microseconds.ToTime(Microseconds.From(time));
    }
}
