using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Sillage.Storage.Mapping;

/// <summary>Carries one .NET type to and from both engines, typed even where the value is null.</summary>
internal abstract class ValueHandler<T>(SqliteType sqlite, NpgsqlDbType postgres) : SqlMapper.ITypeHandler
    where T : struct
{
    public void SetValue(IDbDataParameter parameter, object value)
    {
        var given = value is T typed ? typed : (T?)null;
        switch (parameter)
        {
            case SqliteParameter lite:
                lite.SqliteType = sqlite;
                lite.Value = given is { } l ? ToSqlite(l) : DBNull.Value;
                break;
            case NpgsqlParameter pg:
                pg.NpgsqlDbType = postgres;
                pg.Value = given is { } p ? ToPostgres(p) : DBNull.Value;
                break;
            default:
                throw new NotSupportedException($"No engine with parameters of type {parameter.GetType()}.");
        }
    }

    public object? Parse(Type destinationType, object value) => value is DBNull ? null : From(value);

    protected abstract object ToSqlite(T value);

    protected abstract object ToPostgres(T value);

    protected abstract T From(object value);
}

/// <summary>BLOB(16), big-endian as RFC 9562 writes them so that version 7 sorts by time; <c>uuid</c>.</summary>
internal sealed class GuidHandler() : ValueHandler<Guid>(SqliteType.Blob, NpgsqlDbType.Uuid)
{
    protected override object ToSqlite(Guid value) => value.ToByteArray(bigEndian: true);

    protected override object ToPostgres(Guid value) => value;

    protected override Guid From(object value) =>
        value switch
        {
            Guid guid => guid,
            byte[] bytes => new Guid(bytes, bigEndian: true),
            _ => throw new DataException($"A {value.GetType().Name} is not an id."),
        };
}

/// <summary>INTEGER microseconds since the Unix epoch; <c>timestamptz</c>. Parts of a microsecond are cut off.</summary>
internal sealed class DateTimeOffsetHandler()
    : ValueHandler<DateTimeOffset>(SqliteType.Integer, NpgsqlDbType.TimestampTz)
{
    protected override object ToSqlite(DateTimeOffset value) => Microseconds.From(value);

    protected override object ToPostgres(DateTimeOffset value) => Microseconds.ToTime(Microseconds.From(value));

    protected override DateTimeOffset From(object value) =>
        value switch
        {
            long microseconds => Microseconds.ToTime(microseconds),
            DateTime time => new DateTimeOffset(time.ToUniversalTime()),
            DateTimeOffset time => time.ToUniversalTime(),
            _ => throw new DataException($"A {value.GetType().Name} is not a point in time."),
        };
}

/// <summary>INTEGER 0 or 1; <c>boolean</c>.</summary>
internal sealed class BooleanHandler() : ValueHandler<bool>(SqliteType.Integer, NpgsqlDbType.Boolean)
{
    protected override object ToSqlite(bool value) => value ? 1L : 0L;

    protected override object ToPostgres(bool value) => value;

    protected override bool From(object value) =>
        value switch
        {
            bool truth => truth,
            long number => number != 0,
            _ => throw new DataException($"A {value.GetType().Name} is not true or false."),
        };
}
